import { isProblem } from "../base/problem.ts";

/** As many processes may start ranges on one engine at the same moment and still each find addresses of its own. */
const attempts = 5;

/**
 * Starts what needs addresses of its own, and starts it anew when another process has taken them between being set aside and being used.
 * @param start reserves, builds and starts; leaves nothing behind when it fails
 * @throws ProblemError `address-taken` when that happened every time; whatever else `start` throws, at once
 */
export async function atFreshAddresses<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (!isProblem(error, "address-taken") || attempt === attempts) throw error;
    }
  }
}
