/**
 * What YAML 1.1 reads as a boolean or as nothing. Kubernetes' and Flux' readers (sigs.k8s.io/yaml) still do for some of it;
 * e5 is a number to some:
 * https://yaml.org/type/bool.html, https://yaml.org/type/null.html
 */
const WORDS_WITH_A_MEANING = /^(y|n|yes|no|on|off|true|false|null|e-?[0-9]+)$/i;

/** Text that every YAML reader takes for the same string without quotes, in every place: names, keys, sizes. */
function isPlain(text: string): boolean {
  if (/^[0-9]+(\.[0-9]+)?([KMGTPE]i|[kMGTP])$/.test(text)) {
    return true;
  }
  return (
    /^[A-Za-z][A-Za-z0-9._/-]*$/.test(text) && !WORDS_WITH_A_MEANING.test(text)
  );
}

function doubleQuoted(text: string): string {
  // JSON's escapes are YAML's; what JSON leaves as it is and YAML takes for a line end, or forbids, is escaped as well.
  return JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A value that can be written to a manifest. */
export type ScalarValue = string | number | boolean;

/** How the value that is replaced was quoted. */
export type ScalarQuotes = 'none' | 'single' | 'double';

/**
 * A value as YAML on one line, read as the same value by YAML 1.1 and 1.2 readers, in block and flow style, as key and as value.
 *
 * @param quotes - what stood there before; kept where it can be.
 */
export function scalarText(
  value: ScalarValue,
  quotes: ScalarQuotes = 'none',
): string {
  if (typeof value !== 'string') {
    return String(value);
  }
  if (quotes === 'single' && /^[\x20-\x7e]*$/.test(value)) {
    return `'${value.replace(/'/g, "''")}'`;
  }
  if (quotes === 'none' && isPlain(value)) {
    return value;
  }
  return doubleQuoted(value);
}
