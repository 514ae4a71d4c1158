/** Asks again until an answer is as wanted. Fails with the last one after a minute, which is long for a machine that is slow. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  wanted: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = await ask();
    if (wanted(value)) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`Still not as wanted: ${JSON.stringify(value)}`);
    }
    await new Promise(resolve => setTimeout(resolve, 25));
  }
}
