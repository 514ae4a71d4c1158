import { GitOpsError } from './gitOpsError';
import { shownText } from './shownText';

/** In characters: shorter than what hosts take. */
export const LONGEST_BRANCH = 200;

/** Git's own rules (git-check-ref-format), and shorter than what hosts take. */
function faultOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.length > LONGEST_BRANCH) {
    return `is longer than ${LONGEST_BRANCH} characters`;
  }
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f-\uffff~^:?*[\\]/.test(name)) {
    return 'has a character in it that Git forbids';
  }
  if (name.startsWith('-')) return 'begins with a dash';
  if (name.includes('..') || name.includes('@{') || name === '@') {
    return 'has a sequence in it that Git takes for something else';
  }
  if (name.startsWith('refs/') || name.startsWith('heads/')) {
    return 'is a reference, not the name of a branch';
  }
  for (const part of name.split('/')) {
    if (part === '') return 'has an empty part';
    if (part.startsWith('.') || part.endsWith('.')) {
      return 'has a part that begins or ends with a dot';
    }
    if (part.toLowerCase().endsWith('.lock')) return 'ends with .lock';
  }
  return undefined;
}

/**
 * Checks the name of a branch.
 *
 * @throws GitOpsError `branchInvalid`, with the field.
 * @public
 */
export function branchName(name: string, field: string): string {
  const fault = faultOf(name);
  if (fault !== undefined) {
    throw new GitOpsError({
      code: 'branchInvalid',
      field,
      problem: `${shownText(name)} ${fault}.`,
      remedy: 'Give the name of a branch, such as main.',
    });
  }
  return name;
}
