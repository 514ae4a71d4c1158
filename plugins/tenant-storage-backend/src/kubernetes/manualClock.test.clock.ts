import type { Clock } from './clock';

/** A clock that goes only when it is told to. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-03-01T12:00:00Z');
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass; what is due on the way happens in its order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers]
        .filter(timer => timer.at <= end)
        .sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}

/** Resolves when the condition holds; `meanwhile` runs between two looks. Fails after a minute of real time. */
export async function until(
  condition: () => boolean,
  meanwhile: () => void = () => {},
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`Never came true: ${condition}`);
    }
    meanwhile();
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}
