import { Content, Header, Page } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantStorageTranslationRef } from '../translation';
import { StorageRequests } from './StorageRequests';

/** The page of requests with a header of its own, for portals that give pages none. */
export function StorageRequestsPage() {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <Page themeId="tool">
      <Header
        title={t('requestsPage.title')}
        subtitle={t('requestsPage.subtitle')}
      />
      <Content>
        <StorageRequests />
      </Content>
    </Page>
  );
}
