/** Why mail for an address is (or is not) accepted: which list its domain stands in. */
export type AddressClass = "local" | "virtual-alias" | "virtual-mailbox" | "relay" | "default";
