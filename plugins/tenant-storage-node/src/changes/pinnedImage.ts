import { GitOpsError } from '../gitops';
import { shownText } from '../gitops/shownText';

const DIGEST = /@sha256:[0-9a-f]{64}$/;
const REFERENCE =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/**
 * Checks an image that is told by its digest: what is reviewed is what runs, today and after the next restart.
 *
 * @throws GitOpsError `imageNotPinned`, with the field.
 */
export function pinnedImage(text: string, field: string): string {
  if (text.length > 512 || !REFERENCE.test(text)) {
    throw new GitOpsError({
      code: 'imageNotPinned',
      field,
      problem: `${shownText(text)} is no image.`,
      remedy:
        'Give it with its digest, such as registry.example.com/fio:3.38@sha256:… .',
    });
  }
  if (!DIGEST.test(text) || /:latest@/.test(text)) {
    throw new GitOpsError({
      code: 'imageNotPinned',
      field,
      problem: `${shownText(text)} is ${
        DIGEST.test(text)
          ? 'called latest, which tells nobody what it is'
          : 'told without its digest, so something else may run tomorrow than what is reviewed today'
      }.`,
      remedy:
        'Give its version and digest, such as registry.example.com/fio:3.38@sha256:…, from your own registry if you have one.',
    });
  }
  return text;
}
