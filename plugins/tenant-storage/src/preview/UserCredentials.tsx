import {
  useApiHolder,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { scmAuthApiRef } from '@backstage/integration-react';
import { useTemplateSecrets } from '@backstage/plugin-scaffolder-react';
import { useEffect } from 'react';
import { receiveTokens } from '../form/userCredentials';
import { tenantStorageTranslationRef } from '../translation';

/** Says that going on needs a sign-in to the Git host, and makes the token that it brings a secret of the template. */
export function UserCredentials(props: { host?: string }) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { setSecrets } = useTemplateSecrets();
  // Not useApi: a portal on the old frontend system need not have it, and the validation says so.
  const scmAuth = useApiHolder().get(scmAuthApiRef);
  useEffect(
    () =>
      scmAuth &&
      receiveTokens(scmAuth, (secretsKey, token) =>
        setSecrets({ [secretsKey]: token }),
      ),
    [scmAuth, setSecrets],
  );
  return props.host === undefined ? null : (
    <div>{t('form.preview.signIn', { host: props.host })}</div>
  );
}
