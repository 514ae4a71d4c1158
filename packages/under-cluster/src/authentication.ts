import { timingSafeEqual } from 'node:crypto';
import { builtInResource } from './resources';
import { unauthorized } from './status';
import { Storage, storageKey } from './storage';

/** Who asks. */
export interface User {
  name: string;
  groups: string[];
}

export const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
export const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const SERVICE_ACCOUNT_UID = 'kubernetes.io/service-account.uid';

const SECRETS = storageKey(builtInResource('secrets'));

const ANONYMOUS: User = {
  name: 'system:anonymous',
  groups: ['system:unauthenticated'],
};

const ADMIN: User = {
  name: 'admin',
  groups: ['system:masters', 'system:authenticated'],
};

/** The user of a bearer token; no token is the anonymous user, an unknown one a 401. */
export function authenticate(
  storage: Storage,
  adminToken: string,
  authorization: string | undefined,
): User {
  const token = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token) {
    return ANONYMOUS;
  }
  if (same(token, adminToken)) {
    return ADMIN;
  }
  for (const [, secret] of storage.all(SECRETS)) {
    if (secret.type !== SERVICE_ACCOUNT_TOKEN || !secret.data?.token) {
      continue;
    }
    const stored = Buffer.from(secret.data.token, 'base64').toString('utf8');
    if (same(token, stored)) {
      const { namespace } = secret.metadata;
      const account = secret.metadata.annotations?.[SERVICE_ACCOUNT_NAME];
      return {
        name: `system:serviceaccount:${namespace}:${account}`,
        groups: [
          'system:serviceaccounts',
          `system:serviceaccounts:${namespace}`,
          'system:authenticated',
        ],
      };
    }
  }
  throw unauthorized();
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
