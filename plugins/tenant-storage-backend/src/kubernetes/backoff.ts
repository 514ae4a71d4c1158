import type { Clock } from './clock';

const FIRST_MS = 800;
const LONGEST_MS = 30_000;
const FACTOR = 2;
const QUIET_MS = 120_000;

/**
 * How long to wait after each failure: 0.8 s, doubling to 30 s, full jitter (anything from nothing to that), starting over after two
 * minutes without a failure: what client-go's reflector uses (tools/cache/reflector.go, NewReflectorWithOptions), so that the clients of
 * an API server that comes back do not come all at once.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #ceiling = FIRST_MS;
  #quietFrom = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds to wait after a failure that has just happened. */
  next(): number {
    const now = this.#clock.now();
    if (now > this.#quietFrom + QUIET_MS) this.#ceiling = FIRST_MS;
    const wait = Math.round(this.#ceiling * this.#random());
    this.#ceiling = Math.min(this.#ceiling * FACTOR, LONGEST_MS);
    this.#quietFrom = now + wait;
    return wait;
  }
}
