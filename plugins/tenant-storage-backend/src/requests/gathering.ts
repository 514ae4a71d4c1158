import type { Clock } from '../kubernetes/clock';

/** Gathers what comes in quick succession, the same once, and hands it over a while after the first of it. */
export class Gathering<T> {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #handOver: (gathered: T[]) => void;
  #gathered = new Map<string, T>();
  #cancel: (() => void) | undefined;

  constructor(
    clock: Clock,
    milliseconds: number,
    handOver: (gathered: T[]) => void,
  ) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#handOver = handOver;
  }

  /** `key` tells it from others. */
  add(key: string, each: T): void {
    this.#gathered.set(key, each);
    this.#cancel ??= this.#clock.after(this.#milliseconds, () => {
      const gathered = [...this.#gathered.values()];
      this.stop();
      this.#handOver(gathered);
    });
  }

  /** Forgets what is gathered. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#gathered.clear();
  }
}
