import { AnswerError } from './errors';

/** Reads a body to its end, as text. @throws AnswerError if it is longer than `maxBytes`. */
export async function readText(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new AnswerError(
        `The API server's answer is longer than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}

/**
 * The lines of a body as they come, without their line ends. They are split as bytes, so a character cut by a chunk's end is read right.
 * What follows the last line end is not a line: it was cut off.
 *
 * @throws AnswerError if a line is longer than `maxBytes`.
 */
export async function* readLines(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let length = 0;
  const bounded = (bytes: number) => {
    if (bytes > maxBytes) {
      throw new AnswerError(
        `A line of the API server's answer is longer than ${maxBytes} bytes`,
      );
    }
  };
  for await (const chunk of body) {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, from);
      if (end < 0) break;
      bounded(length + end - from);
      const piece = chunk.subarray(from, end);
      const line =
        pending.length === 0 ? piece : Buffer.concat([...pending, piece]);
      pending = [];
      length = 0;
      from = end + 1;
      if (line.length > 0) yield line.toString('utf8');
    }
    if (from < chunk.length) {
      const rest = chunk.subarray(from);
      length += rest.length;
      bounded(length);
      pending.push(rest);
    }
  }
}
