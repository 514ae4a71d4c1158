/** As much of an unknown message as says what it is about. */
const LONGEST_QUOTE = 160;

/** What CDI and the libraries that it calls say, and what it means for people. */
const KNOWN: ReadonlyArray<[RegExp, (match: RegExpExecArray) => string]> = [
  [
    // "expected status code 200, got 404. Status: 404 Not Found", CDI's pkg/importer/http-datasource.go
    /expected status code \d{3}, got (\d{3})(?:\. Status: \d{3} ([\w -]{1,40}))?/,
    ([, status, words]) =>
      `The address of its source answered ${status}${
        words ? ` (${words.trim()})` : ''
      }.`,
  ],
  [
    /lookup ([\w.-]{1,253})(?: on [\w.:[\]-]{1,80})?: no such host/,
    ([, host]) => `The host of its source, ${host}, is not known.`,
  ],
  [
    /connection refused|i\/o timeout|no route to host|network is unreachable/,
    () => 'Its source could not be reached.',
  ],
  [/x509:/, () => 'The certificate of its source is not trusted.'],
  [
    // CDI's pkg/image/validate.go
    /virtual image size \d+ is larger than/i,
    () => 'The image is larger than the volume.',
  ],
  [
    /no space left on device/,
    () => 'What it was filled with did not fit into it.',
  ],
];

function onOneLine(message: string | undefined): string {
  return (message ?? '').slice(0, 2_000).replace(/\s+/g, ' ').trim();
}

/** Why filling a volume fails, in a sentence, where it is a known cause; else empty. */
export function knownImportFailure(message: string | undefined): string {
  const said = onOneLine(message);
  for (const [pattern, inWords] of KNOWN) {
    const match = pattern.exec(said);
    if (match) return ` ${inWords(match)}`;
  }
  return '';
}

/** Why filling a volume failed: in words for people where it is a known cause, else as it was said; empty if nothing was. */
export function importFailureInWords(message: string | undefined): string {
  const said = onOneLine(message);
  const quote =
    said.length > LONGEST_QUOTE
      ? `${said.slice(0, LONGEST_QUOTE).trimEnd()}…`
      : said;
  return knownImportFailure(message) || (quote && ` What was said: “${quote}”`);
}
