import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';

const SCAFFOLDER = 'plugin:scaffolder';

/** Who asks, in a few words: a user's entity reference, or a plugin's. */
export function callerOf(
  auth: AuthService,
  credentials: BackstageCredentials,
): string {
  if (auth.isPrincipal(credentials, 'user')) {
    return credentials.principal.userEntityRef;
  }
  return auth.isPrincipal(credentials, 'service')
    ? credentials.principal.subject
    : 'unknown';
}

/** The user on whose behalf the scaffolder asks; undefined if it is anybody else who asks. */
export function userOfScaffolder(
  auth: AuthService,
  credentials: BackstageCredentials,
): string | undefined {
  return auth.isPrincipal(credentials, 'user') &&
    credentials.principal.actor?.subject === SCAFFOLDER
    ? credentials.principal.userEntityRef
    : undefined;
}
