import type { Clock } from '../kubernetes/clock';

/** Gathers what comes in quick succession, and hands it over at once a while after the first of it. */
export class Gathering<T> {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #handOver: (gathered: T[]) => void;
  #gathered: T[] = [];
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

  add(each: T): void {
    this.#gathered.push(each);
    this.#cancel ??= this.#clock.after(this.#milliseconds, () => {
      const gathered = this.#gathered;
      this.stop();
      this.#handOver(gathered);
    });
  }

  /** Forgets what is gathered. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#gathered = [];
  }
}
