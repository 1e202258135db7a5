/**
 * The names that seeds draw from. Company domains stand under .example (RFC 2606), so nothing here is anybody's.
 * No name is part of another, nor of a host name, a command or a word that logs use: a learner greps for them.
 */

/** A company is called by its word, capitalised; its domain is the word under `example`. */
// biome-ignore format: a word list reads best in rows
export const companyWords: readonly string[] = [
  "alder", "amberley", "anvil", "apricot", "aspenhill", "bayleaf", "birchwood", "bluebell", "bramble", "caraway",
  "chestnut", "cinnabar", "clover", "copperfield", "coriander", "cypress", "dandelion", "elderflower", "fenland", "fernhill",
  "foxglove", "gingko", "goldcrest", "gooseberry", "granite", "greenshank", "harbour", "hawthorn", "hazelnut", "heather",
  "hollyhock", "juniper", "kestrel", "larkspur", "lavender", "lighthouse", "lupin", "mallow", "marigold", "millstone",
  "mulberry", "nettle", "nightjar", "oakham", "orchard", "osprey", "peppercorn", "quarry", "quince", "redstart",
  "rosemary", "rowan", "saffron", "sandpiper", "sedge", "skylark", "sorrel", "speedwell", "sycamore", "tamarind",
  "thistle", "waterlily", "willowbank", "yarrow",
];

/** First and last names; the local part is the first name in lower case, so first names are plain ASCII and differ from each other. */
// biome-ignore format: a word list reads best in rows
export const personNames: readonly (readonly [first: string, last: string])[] = [
  ["Abena", "Mensah"], ["Adaeze", "Okafor"], ["Agnes", "Lindqvist"], ["Ahmed", "Mansour"], ["Aiko", "Tanaka"], ["Akua", "Boateng"],
  ["Amara", "Diallo"], ["Amir", "Rahimi"], ["Anneke", "Visser"], ["Anjali", "Menon"], ["Arturo", "Salinas"], ["Asha", "Patel"],
  ["Astrid", "Nygaard"], ["Ayumi", "Sato"], ["Beatriz", "Carvalho"], ["Benedikt", "Huber"], ["Birgit", "Sommer"], ["Bohdan", "Melnyk"],
  ["Camila", "Rojas"], ["Catrin", "Pugh"], ["Chidi", "Eze"], ["Ciara", "Byrne"], ["Dalia", "Haddad"], ["Dmitri", "Antonov"],
  ["Ebru", "Yilmaz"], ["Efua", "Asante"], ["Eleni", "Pappas"], ["Emeka", "Nwosu"], ["Esther", "Cohen"], ["Fatima", "Zahra"],
  ["Femke", "Bakker"], ["Florian", "Gruber"], ["Gaurav", "Joshi"], ["Giulia", "Ferrara"], ["Goran", "Kovac"], ["Gwen", "Morgan"],
  ["Hamza", "Siddiqui"], ["Hanna", "Virtanen"], ["Hiroshi", "Mori"], ["Ines", "Duarte"], ["Ingrid", "Solberg"], ["Isabel", "Quintero"],
  ["Ivana", "Petrovic"], ["Jamila", "Osman"], ["Jakub", "Nowak"], ["Joanna", "Wilk"], ["Kaveh", "Tehrani"], ["Keiko", "Watanabe"],
  ["Kofi", "Owusu"], ["Lakshmi", "Iyer"], ["Leila", "Farouk"], ["Lerato", "Nkosi"], ["Linh", "Tran"], ["Ludmila", "Horak"],
  ["Magnus", "Dahl"], ["Malik", "Johnson"], ["Mairi", "Fraser"], ["Marisol", "Vega"], ["Mehmet", "Demir"], ["Mei", "Chen"],
  ["Miguel", "Torres"], ["Nadia", "Rahman"], ["Naledi", "Dube"], ["Nikhil", "Rao"], ["Noor", "Hussain"], ["Olga", "Sokolova"],
  ["Oluwaseun", "Ade"], ["Padma", "Reddy"], ["Paolo", "Ricci"], ["Priya", "Sharma"], ["Quynh", "Pham"], ["Rafael", "Moreno"],
  ["Ravi", "Krishnan"], ["Rosa", "Delgado"], ["Saoirse", "Kelly"], ["Samir", "Nasser"], ["Sigrid", "Haugen"], ["Soo-jin", "Park"],
  ["Tariq", "Aziz"], ["Thandiwe", "Moyo"], ["Tomasz", "Zielinski"], ["Ximena", "Fuentes"], ["Yusuf", "Kaya"], ["Zanele", "Khumalo"],
];

/** First labels of host names, for scenarios in which names carry no duty. */
// biome-ignore format: a word list reads best in rows
export const hostLabels: readonly string[] = [
  "avocet", "bittern", "bullfinch", "chaffinch", "corncrake", "cormorant", "curlew", "dipper", "dotterel", "fieldfare",
  "firecrest", "fulmar", "gannet", "goosander", "guillemot", "hobby", "hoopoe", "kittiwake", "lapwing", "merganser",
  "moorhen", "nuthatch", "ouzel", "partridge", "peregrine", "petrel", "pintail", "plover", "puffin", "razorbill",
  "sanderling", "shoveler", "smew", "stonechat", "redpoll", "turnstone", "whimbrel", "whinchat", "wigeon", "yellowhammer",
];
