import { ApiHolder, translationApiRef } from '@backstage/frontend-plugin-api';
import { scmAuthApiRef } from '@backstage/integration-react';
import { CustomFieldValidator } from '@backstage/plugin-scaffolder-react';
import {
  QuotaChangePreview,
  StorageChangePreview,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { reasonOf } from '../api/reason';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { tenantStorageTranslationRef } from '../translation';
import { refusalText, Texts } from './refusalText';
import { changeOf, changeWishOf, followingChanges } from './changeWish';
import {
  ChangePreviewSchema,
  QuotaPreviewSchema,
  QuotaSizeSchema,
  RequestUserCredentials,
  TenantPickerSchema,
  UnderClusterPickerSchema,
} from './schema';
import { standingOf } from './standing';
import { typedSize } from './typedSize';
import { requestToken } from './userCredentials';
import { tenantOf, wishOf } from './wish';

/** The plugin's texts, outside of a component. */
function textsOf(apis: ApiHolder): Promise<Texts> {
  const api = apis.get(translationApiRef);
  if (!api) throw new Error('The portal has no translations API');
  const translation = api.getTranslation(tenantStorageTranslationRef);
  if (translation.ready) return Promise.resolve(translation.t);
  return new Promise((resolve, reject) => {
    api.translation$(tenantStorageTranslationRef).subscribe({
      next: next => {
        if (next.ready) resolve(next.t);
      },
      error: reject,
    });
  });
}

function storageApiOf(apis: ApiHolder) {
  const api = apis.get(tenantStorageApiRef);
  if (!api) throw new Error('The portal has no API of tenant storage');
  return api;
}

/** Refuses to go on without a tenant whose storage one may ask to change. What can't be told now is checked when it is sent. */
export const validateTenant: CustomFieldValidator<
  typeof TenantPickerSchema.TOutput,
  unknown
> = async (value, field, { apiHolder }) => {
  const t = await textsOf(apiHolder);
  const tenant = tenantOf(value);
  if (!tenant) {
    field.addError(t('form.picker.pick'));
    return;
  }
  const { state } = await standingOf(storageApiOf(apiHolder), tenant);
  if (state === 'notAllowed') {
    field.addError(
      t('form.picker.notAllowed', { underCluster: tenant.underCluster }),
    );
  }
};

/** Refuses to go on with what is no size, and with what the backend refuses of it. A backend that can't be asked refuses nothing. */
export const validateSize: CustomFieldValidator<
  typeof QuotaSizeSchema.TOutput,
  typeof QuotaSizeSchema.uiOptionsType
> = async (value, field, { apiHolder, formData, uiSchema }) => {
  const wish = wishOf(formData, uiSchema?.['ui:options']);
  const refuseUnread = async () => {
    if (typedSize(value ?? '')) return;
    const t = await textsOf(apiHolder);
    field.addError(
      value
        ? t('form.size.notUnderstood', { text: value })
        : t('form.size.bareNumber'),
    );
  };
  if (!wish) {
    await refuseUnread();
    return;
  }
  let preview: QuotaChangePreview;
  try {
    const { reason: _, ...withoutReason } = wish;
    preview = await storageApiOf(apiHolder).previewQuota({
      ...withoutReason,
      size: value ?? '',
    });
  } catch {
    await refuseUnread();
    return;
  }
  const refusals = preview.refusals.filter(
    refusal => refusal.field !== 'reason',
  );
  const t = await textsOf(apiHolder);
  refusals.forEach(refusal => field.addError(refusalText(refusal, t)));
  if (refusals.length === 0) await refuseUnread();
};

/** What a preview tells of where it would be sent. */
type Sent = Pick<StorageChangePreview, 'changed' | 'repository'>;

/**
 * Why there is no token of the user's own for the Git host of what is sent; undefined once there is one.
 *
 * @param previews - of all that is sent with it; none if they can't be had.
 */
async function whyNoToken(
  apis: ApiHolder,
  previews: Sent[],
  credentials: RequestUserCredentials,
  nothingToSend: string,
): Promise<string | undefined> {
  const t = await textsOf(apis);
  // Without a token the action would fail, even where it had nothing to send.
  if (previews.length > 0 && previews.every(({ changed }) => changed === false))
    return nothingToSend;
  const repository = previews.find(each => each.repository)?.repository;
  if (!repository) return t('form.preview.noHost');
  const because = (message: string) =>
    t('form.preview.notSignedIn', { host: repository.host, message });
  const scmAuth = apis.get(scmAuthApiRef);
  if (!scmAuth) return because(t('form.preview.noSignIn'));
  try {
    return (await requestToken(scmAuth, repository, credentials))
      ? undefined
      : because(t('form.preview.noToken'));
  } catch (cause) {
    return because(cause instanceof Error ? cause.message : String(cause));
  }
}

/**
 * Refuses to go on with what the backend refuses. Where the repository can't be read or the backend can't be asked, nothing is refused:
 * it is checked again when it is sent. If it is to be sent in the user's own name, refuses to go on without a token for that.
 */
export const validatePreview: CustomFieldValidator<
  typeof QuotaPreviewSchema.TOutput,
  typeof QuotaPreviewSchema.uiOptionsType
> = async (_value, field, { apiHolder, formData, uiSchema }) => {
  const wish = wishOf(formData, uiSchema?.['ui:options']);
  if (!wish) {
    const t = await textsOf(apiHolder);
    field.addError(t('form.preview.noWishRemedy'));
    return;
  }
  let preview: QuotaChangePreview | undefined;
  try {
    preview = await storageApiOf(apiHolder).previewQuota(wish);
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const status = (error as { statusCode?: number }).statusCode;
    if (status !== undefined && status >= 400 && status < 500) {
      field.addError(reasonOf(error));
      return;
    }
  }
  const t = await textsOf(apiHolder);
  preview?.refusals.forEach(refusal => field.addError(refusalText(refusal, t)));
  const credentials = uiSchema?.['ui:options']?.requestUserCredentials;
  if (credentials && !preview?.refusals.length) {
    const why = await whyNoToken(
      apiHolder,
      preview ? [preview] : [],
      credentials,
      t('form.preview.nothingToSend'),
    );
    if (why !== undefined) field.addError(why);
  }
};

/** Refuses to go on without an under cluster. Whether one may change it is checked with the preview. */
export const validateUnderCluster: CustomFieldValidator<
  typeof UnderClusterPickerSchema.TOutput,
  unknown
> = async (value, field, { apiHolder }) => {
  if (value) return;
  const t = await textsOf(apiHolder);
  field.addError(t('form.underCluster.missing'));
};

/**
 * Refuses to go on with what the backend refuses. Where the repository can't be read or the backend can't be asked, nothing is refused: it is checked
 * again when it is proposed. If it is to be proposed in the user's own name, refuses to go on without a token for that.
 */
export const validateChangePreview: CustomFieldValidator<
  typeof ChangePreviewSchema.TOutput,
  typeof ChangePreviewSchema.uiOptionsType
> = async (_value, field, { apiHolder, formData, uiSchema }) => {
  const options = uiSchema?.['ui:options'];
  const fields = { ...options, change: options?.change ?? '' };
  const wish = changeWishOf(formData, fields);
  const t = await textsOf(apiHolder);
  if (!wish) {
    field.addError(t('form.change.noWishRemedy'));
    return;
  }
  let previews: StorageChangePreview[] = [];
  const api = storageApiOf(apiHolder);
  const following = followingChanges(wish, fields);
  try {
    previews = await Promise.all(
      [wish, ...following.map(each => each.wish)].map(each =>
        api.previewChange(changeOf(fields), each),
      ),
    );
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const status = (error as { statusCode?: number }).statusCode;
    if (status !== undefined && status >= 400 && status < 500) {
      field.addError(reasonOf(error));
      return;
    }
  }
  const errors = previews.flatMap(({ refusals }) =>
    refusals.map(refusal => refusalText(refusal, t)),
  );
  // What stands in the way of both is said once.
  new Set(errors).forEach(error => field.addError(error));
  const credentials = options?.requestUserCredentials;
  if (credentials && errors.length === 0) {
    const why = await whyNoToken(
      apiHolder,
      previews,
      credentials,
      t('form.change.nothingToSend'),
    );
    if (why !== undefined) field.addError(why);
  }
};
