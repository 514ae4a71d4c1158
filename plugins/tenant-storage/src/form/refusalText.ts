import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { QuotaChangePreview } from '@kmetal/backstage-plugin-tenant-storage-common';
import { tenantStorageTranslationRef } from '../translation';

type Refusal = QuotaChangePreview['refusals'][number];

/** The plugin's texts. */
export type Texts = ReturnType<
  typeof useTranslationRef<typeof tenantStorageTranslationRef.T>
>['t'];

/** The file that is in the way, for people; undefined if none is. */
export function placeText(
  { file, line }: Refusal,
  t: Texts,
): string | undefined {
  if (file === null) return undefined;
  return line === null
    ? t('form.inFile', { file })
    : t('form.inFileLine', { file, line: String(line) });
}

/** A refusal where there is one text for all of it, as under a field of a form. */
export function refusalText(refusal: Refusal, t: Texts): string {
  return [refusal.message, refusal.remedy, placeText(refusal, t)]
    .filter(Boolean)
    .join(' ');
}
