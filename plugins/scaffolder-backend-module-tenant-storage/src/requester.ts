import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';

/**
 * The entity reference of who started a task.
 *
 * @throws NotAllowedError for a task that no person started.
 */
export function requesterOf(
  auth: AuthService,
  credentials: BackstageCredentials,
): string {
  if (auth.isPrincipal(credentials, 'user')) {
    return credentials.principal.userEntityRef;
  }
  throw new NotAllowedError(
    'Storage is asked for by a person, and this task was started by a service. Start it as somebody who is signed in.',
  );
}
