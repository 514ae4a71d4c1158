/** ANSI escape sequences, before their first character is taken out alone: CSI, OSC and the rest of ECMA-48. */
const ANSI =
  // eslint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** What is not seen, or changes how the rest is seen: controls (but line feeds), bidirectional and zero-width characters, tags. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** Text from a form as it can be seen: lines are kept, what is unseen is not. */
export function seenText(text: string): string {
  return text
    .replace(/\r\n?|\u0085|\u2028|\u2029/g, '\n')
    .replace(ANSI, '')
    .replace(/\t/g, ' ')
    .replace(UNSEEN, '')
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .trim();
}

/** The same on one line. */
export function seenLine(text: string): string {
  return seenText(text).replace(/\s+/g, ' ');
}

function longestRun(text: string, of: string): number {
  let longest = 0;
  let run = 0;
  for (const each of text) {
    run = each === of ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/**
 * Text as a Markdown code block: no mention, link, reference, image, heading or HTML in it comes to life on any Git host.
 */
export function codeBlock(text: string): string {
  const seen = seenText(text);
  const fence = '`'.repeat(Math.max(3, longestRun(seen, '`') + 1));
  return `${fence}text\n${seen}\n${fence}`;
}

/** Text as Markdown code inside a line, also of a table. */
export function codeSpan(text: string): string {
  const seen = seenLine(text).replace(/\|/g, '\u2502');
  const fence = '`'.repeat(longestRun(seen, '`') + 1);
  return fence.length > 1
    ? `${fence} ${seen} ${fence}`
    : `${fence}${seen}${fence}`;
}

/** A sentence as Markdown that says just that, also in a table. A mention is broken by a character that is not seen. */
export function markdownLine(text: string): string {
  return seenLine(text)
    .replace(/[\\`*_{}[\]()#+!|<>~&$]/g, each => `\\${each}`)
    .replace(/@/g, '@\u200b');
}
