/** Ids, process ids, times and delays named alike. */
export function normalised(text: string): string {
  return text
    .replace(/\b\d{14}\.[0-9A-F]{9,12}@/g, "STAMP.ID@")
    .replace(/\b[0-9A-F]{9,12}\b/g, "ID")
    .replace(/\[\d+\]: /, ": ")
    .replace(/(to=<[^\n]*?) delay=[\d.]+, delays=[\d./]+,/g, "$1 delay=D,")
    .replace(/> \S{20,30} Saved/g, "> SESSION Saved")
    .replace(/\b(defer(?:red)?)\/[0-9A-F]\//g, "$1/H/")
    .replace(/\w{3}, +\d+ \w{3} \d{4} \d\d:\d\d:\d\d \+0000( \(UTC\))?/g, "STAMP")
    .replace(/\b\d{14}\.\d{6}@/g, "STAMP.PID@")
    .replace(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d( \d{4})?/g, "STAMP")
    .replace(/at \w{3} [ \d]\d \d\d:\d\d:\d\d/g, "at STAMP");
}
