/** Characters that change how others look, or look like none: C0 and C1 controls, bidirectional and zero-width ones. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

const LONGEST = 80;

/** Text of unknown origin, quoted so that every character of it can be seen in a message, and cut off. */
export function shownText(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const escaped = cut
    .replace(/[\\"]/g, each => `\\${each}`)
    .replace(
      UNSEEN,
      each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `"${escaped}"`;
}
