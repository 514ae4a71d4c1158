import {
  StorageChangeKind,
  StorageChangePreviewWish,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** What `ui:options` of a preview say of the change. */
export interface ChangeFields {
  change: string;
  underClusterField?: string;
  reasonField?: string;
  previewField?: string;
  followedBy?: Array<{
    title: string;
    when: Record<string, unknown>;
    input: Record<string, unknown>;
  }>;
}

/** A change that the form proposes after the one that it is about. */
export interface FollowingChange {
  title: string;
  wish: StorageChangePreviewWish;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every(isEmpty))
  );
}

/** What was filled in, without what was left empty, at any depth. */
function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => !isEmpty(each))
      .map(([key, each]) => [key, filledIn(each)]),
  );
}

/** The kind of the change that a preview is about. */
export function changeOf(fields: ChangeFields): StorageChangeKind {
  return fields.change as StorageChangeKind;
}

/** What the form wishes for by now; undefined as long as no under cluster is picked. */
export function changeWishOf(
  formData: unknown,
  fields: ChangeFields,
): StorageChangePreviewWish | undefined {
  const form = (formData ?? {}) as Record<string, unknown>;
  const {
    underClusterField = 'underCluster',
    reasonField = 'reason',
    previewField = 'preview',
  } = fields;
  const {
    [underClusterField]: underCluster,
    [reasonField]: reason,
    [previewField]: _,
    ...input
  } = form;
  if (typeof underCluster !== 'string' || underCluster === '') return undefined;
  return {
    underCluster,
    ...(typeof reason === 'string' && reason !== '' && { reason }),
    input: filledIn(input) as Record<string, unknown>,
  };
}

/** What the form wishes for besides, each after all that comes before it. */
export function followingChanges(
  wish: StorageChangePreviewWish | undefined,
  { followedBy = [] }: ChangeFields,
): FollowingChange[] {
  if (!wish) return [];
  const after = [wish.input];
  return followedBy
    .filter(({ when }) =>
      Object.entries(when).every(([name, value]) => wish.input[name] === value),
    )
    .map(({ title, input: changed }) => {
      const input = { ...wish.input, ...changed };
      const following = { title, wish: { ...wish, input, after: [...after] } };
      after.push(input);
      return following;
    });
}
