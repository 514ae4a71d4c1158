import { InputError } from '@backstage/errors';
import type { RequestedChange } from '@kmetal/backstage-plugin-tenant-storage-common';
import { storageChanges } from '@kmetal/backstage-plugin-tenant-storage-node';
import { z } from 'zod';

/** RFC 1123 label: what namespaces and under clusters are called. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
/** RFC 1123 subdomain: what claims are called. */
const SUBDOMAIN =
  /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Whether a namespace or an under cluster can be called so. */
export function isLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

/** Whether a claim can be called so. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

const label = z
  .string()
  .refine(
    isLabel,
    'has to be a name of at most 63 lower-case letters, digits and hyphens',
  );

const search = z
  .string()
  .max(253, 'may have 253 characters at most')
  .optional();

const limit = z
  .string()
  .regex(/^[0-9]{1,3}$/, 'has to be a whole number from 1 to 500')
  .transform(Number)
  .refine(
    value => value >= 1 && value <= 500,
    'has to be a whole number from 1 to 500',
  )
  .default(50);

const cursor = z
  .string()
  .max(1024, 'may have 1024 characters at most')
  .optional();

/** One or several of some words, separated by commas. */
function wordsOf<const T extends string>(words: readonly T[]) {
  return z
    .string()
    .refine(
      text => text.split(',').every(word => words.some(each => each === word)),
      `has to be one or several of ${words.join(', ')}, separated by commas`,
    )
    .transform(text => words.filter(word => text.split(',').includes(word)));
}

/** What to sort by, with or without a minus sign in front. */
function sortBy<const T extends string>(fields: readonly T[]) {
  return z.enum(
    fields.flatMap(field => [field, `-${field}`] as const),
    `has to be one of ${fields.join(', ')}, with or without a minus sign`,
  );
}

/** Query of `GET /v1/under-clusters`. */
export const listUnderClustersQuery = z.object({});

/** Query of a single thing. */
export const noQuery = z.object({});

/** Query of `GET /v1/tenants`. */
export const listTenantsQuery = z.object({
  search,
  underCluster: label.optional(),
  owner: z.string().max(512, 'may have 512 characters at most').optional(),
  status: wordsOf(['ok', 'warning', 'error', 'unknown']).optional(),
  canRequest: z.literal('true', 'has to be true, or left out').optional(),
  sort: sortBy(['name', 'used', 'usedRatio', 'headroom', 'status']).default(
    'name',
  ),
  limit,
  cursor,
});

/** Query of `GET .../volumes`. */
export const listVolumesQuery = z.object({
  search,
  state: wordsOf([
    'ok',
    'waiting',
    'working',
    'error',
    'deleting',
    'unknown',
  ]).optional(),
  tenantCluster: z
    .string()
    .refine(isSubdomain, 'has to be the name of a tenant cluster')
    .optional(),
  purpose: wordsOf([
    'tenantVolume',
    'populating',
    'scratch',
    'clone',
    'vmDisk',
    'other',
  ]).optional(),
  sort: sortBy([
    'name',
    'charged',
    'createdAt',
    'state',
    'tenantCluster',
    'node',
  ]).default('-state'),
  limit,
  cursor,
});

/** Query of `GET /v1/requests`. */
export const listRequestsQuery = z.object({
  underCluster: label.optional(),
  tenant: label.optional(),
  state: wordsOf([
    'preparing',
    'opened',
    'changesRequested',
    'approved',
    'merged',
    'applied',
    'live',
    'stuck',
    'withdrawn',
  ]).optional(),
  change: wordsOf<RequestedChange>([
    'quota',
    ...storageChanges.map(({ kind }) => kind),
  ]).optional(),
  open: z.enum(['true', 'false'], 'has to be true or false').optional(),
  limit,
  cursor,
});

/**
 * Reads the query of a request. It is read from the URL itself, because Express makes objects and lists of it and drops
 * names such as `constructor`, which then would go unnoticed.
 *
 * @throws InputError naming each parameter that is unknown, given twice or malformed.
 */
export function parseQuery<T extends z.ZodObject>(
  url: string,
  schema: T,
): z.infer<T> {
  const start = url.indexOf('?');
  const query = new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
  const known = new Set(Object.keys(schema.shape));
  const complaints: string[] = [];
  const values = new Map<string, string>();
  for (const [name, value] of query) {
    if (!known.has(name)) complaints.push(`${quoted(name)} is not known`);
    else if (values.has(name))
      complaints.push(`${quoted(name)} is given twice`);
    else values.set(name, value);
  }
  const parsed = schema.safeParse(Object.fromEntries(values));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      complaints.push(`${quoted(String(issue.path[0]))} ${issue.message}`);
    }
  }
  if (!parsed.success || complaints.length > 0) {
    throw new InputError(
      `Query parameter ${[...new Set(complaints)].slice(0, 10).join('; ')}`,
    );
  }
  return parsed.data;
}

/** A name out of a request, fit for a message: short, and nothing but plain characters. */
function quoted(name: string): string {
  return `"${name.slice(0, 64).replace(/[^\x21-\x7e]/g, '?')}"`;
}
