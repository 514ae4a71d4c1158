import { GitOpsError } from '../gitops';
import { shownText } from '../gitops/shownText';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function invalid(text: string, field: string, problem: string, remedy: string) {
  return new GitOpsError({
    code: 'nameInvalid',
    field,
    problem: `${shownText(text)} ${problem}.`,
    remedy,
  });
}

/**
 * Checks a DNS label (RFC 1123), as names of namespaces, Services and many more are.
 *
 * @param what - what it names, with its article, such as "a namespace"
 * @throws GitOpsError `nameInvalid`, with the field.
 */
export function dnsLabel(text: string, field: string, what: string): string {
  if (text.length > 63) {
    throw invalid(
      text,
      field,
      'is longer than 63 characters',
      'Give a shorter name.',
    );
  }
  if (!LABEL.test(text)) {
    throw invalid(
      text,
      field,
      `is no name of ${what}: those have lower-case letters a to z, digits and dashes`,
      'Give a name such as backup-1.',
    );
  }
  return text;
}

/**
 * Checks a DNS subdomain (RFC 1123), as names of most objects are.
 *
 * @param what - what it names, with its article, such as "a class"
 * @throws GitOpsError `nameInvalid`, with the field.
 */
export function dnsSubdomain(
  text: string,
  field: string,
  what: string,
): string {
  if (text.length > 253) {
    throw invalid(
      text,
      field,
      'is longer than 253 characters',
      'Give a shorter name.',
    );
  }
  if (!text.split('.').every(part => LABEL.test(part))) {
    throw invalid(
      text,
      field,
      `is no name of ${what}: those have lower-case letters a to z, digits, dashes and dots`,
      'Give a name such as backup-1.',
    );
  }
  return text;
}
