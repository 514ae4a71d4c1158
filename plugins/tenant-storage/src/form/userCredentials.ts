import { ScmAuthApi } from '@backstage/integration-react';
import { StorageChangePreview } from '@kmetal/backstage-plugin-tenant-storage-common';
import { RequestUserCredentials } from './schema';

type TokenReceiver = (secretsKey: string, token: string) => void;

// The Scaffolder validates a field outside of its component, and lets only a component set secrets. Both know the same API; a token is
// passed on to fields that are shown just then, and kept nowhere.
const receivers = new WeakMap<ScmAuthApi, Set<TokenReceiver>>();

/**
 * Receives the tokens that are asked for with {@link requestToken} from the same API.
 *
 * @returns what ends it.
 */
export function receiveTokens(
  scmAuth: ScmAuthApi,
  receiver: TokenReceiver,
): () => void {
  const all = receivers.get(scmAuth) ?? new Set();
  receivers.set(scmAuth, all.add(receiver));
  return () => all.delete(receiver);
}

/**
 * Asks the user for a token with which the repository can be written to, and passes it on to who receives it. There is none unless the
 * user is signed in to the Git host or signs in now; rejects if they don't.
 *
 * @returns whether there was a token.
 */
export async function requestToken(
  scmAuth: ScmAuthApi,
  repository: NonNullable<StorageChangePreview['repository']>,
  { secretsKey, additionalScopes }: RequestUserCredentials,
): Promise<boolean> {
  const { token } = await scmAuth.getCredentials({
    url: `https://${repository.host}/${repository.repository}`,
    additionalScope: { repoWrite: true, customScopes: additionalScopes },
  });
  if (!token) return false;
  receivers.get(scmAuth)?.forEach(receive => receive(secretsKey, token));
  return true;
}
