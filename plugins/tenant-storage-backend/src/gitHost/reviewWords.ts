const LONGEST = 2000;

/** What a reviewer wrote, as plain text that is safe to show: no controls, nothing that changes the direction of text, not endless. */
export function reviewWords(text: string): string {
  const seen = text
    .replace(/\r\n?/g, '\n')
    // One that never ends is a comment to the end, for whoever shows Markdown; and looking for its end again and again would take minutes.
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(
      // eslint-disable-next-line no-control-regex
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      '',
    )
    .trim();
  return seen.length > LONGEST ? `${seen.slice(0, LONGEST)}…` : seen;
}
