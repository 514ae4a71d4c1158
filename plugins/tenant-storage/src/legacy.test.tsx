import { createApp } from '@backstage/app-defaults';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { Entity } from '@backstage/catalog-model';
import { AppRouter, FlatRoutes } from '@backstage/core-app-api';
import { configApiRef, createApiFactory } from '@backstage/core-plugin-api';
import {
  ScmIntegrationsApi,
  scmIntegrationsApiRef,
} from '@backstage/integration-react';
import {
  CatalogEntityPage,
  CatalogIndexPage,
  EntityLayout,
  EntitySwitch,
} from '@backstage/plugin-catalog';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { ScaffolderPage } from '@backstage/plugin-scaffolder';
import { ScaffolderFieldExtensions } from '@backstage/plugin-scaffolder-react';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { Route } from 'react-router-dom';
import { next } from '../dev/formSteps';
import { backupLocation } from '../dev/backupLocation';
import { answerAboutPlatform, underClusterList } from '../dev/changePreviews';
import { answerAboutChanges } from '../dev/quotaPreviews';
import { requestMoreStorage } from '../dev/requestMoreStorage';
import { answerAboutRequests, requestCases } from '../dev/storageRequests';
import { tenantCases } from '../dev/tenants';
import { answerTo } from '../dev/tenantStorageServer';
import {
  EntityTenantStorageCard,
  EntityTenantStorageContent,
  KmetalChangePreviewFieldExtension,
  KmetalQuotaPreviewFieldExtension,
  KmetalQuotaSizeFieldExtension,
  KmetalTenantPickerFieldExtension,
  KmetalUnderClusterPickerFieldExtension,
  TenantStorageRequestsPage,
  isTenantStorageAvailable,
} from './legacy';

function resource(name: string, annotations: Record<string, string>): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: { name, namespace: 'default', annotations },
    spec: { type: 'kmetal-tenant', owner: 'group:default/team-alpha' },
  };
}

const entities = [
  resource('full', {
    'kmetal.io/under-cluster': 'muc-1',
    'kmetal.io/tenant': 'full',
  }),
  resource('alpha', {
    'kmetal.io/under-cluster': 'muc-1',
    'kmetal.io/tenant': 'alpha',
  }),
  resource('a-bucket', {}),
];

const entityPage = (
  <EntityLayout>
    <EntityLayout.Route path="/" title="Overview">
      <EntitySwitch>
        <EntitySwitch.Case if={isTenantStorageAvailable}>
          <EntityTenantStorageCard />
        </EntitySwitch.Case>
        <EntitySwitch.Case>Nothing of tenant storage</EntitySwitch.Case>
      </EntitySwitch>
    </EntityLayout.Route>
    <EntityLayout.Route
      path="/storage"
      title="Storage"
      if={isTenantStorageAvailable}
    >
      <EntityTenantStorageContent />
    </EntityLayout.Route>
  </EntityLayout>
);

function portal() {
  const app = createApp({
    apis: [
      createApiFactory(catalogApiRef, new InMemoryCatalogClient({ entities })),
      createApiFactory({
        api: scmIntegrationsApiRef,
        deps: { configApi: configApiRef },
        factory: ({ configApi }) => ScmIntegrationsApi.fromConfig(configApi),
      }),
    ],
    configLoader: async () => [
      {
        context: 'test',
        data: {
          app: { title: 'Portal', baseUrl: 'http://localhost' },
          backend: { baseUrl: 'http://backend.test' },
        },
      },
    ],
  });
  const Portal = app.createRoot(
    <AppRouter>
      <FlatRoutes>
        <Route path="/catalog" element={<CatalogIndexPage />} />
        <Route
          path="/catalog/:namespace/:kind/:name"
          element={<CatalogEntityPage />}
        >
          {entityPage}
        </Route>
        <Route
          path="/storage-requests"
          element={<TenantStorageRequestsPage />}
        />
        <Route path="/create" element={<ScaffolderPage />}>
          <ScaffolderFieldExtensions>
            <KmetalTenantPickerFieldExtension />
            <KmetalQuotaSizeFieldExtension />
            <KmetalQuotaPreviewFieldExtension />
            <KmetalUnderClusterPickerFieldExtension />
            <KmetalChangePreviewFieldExtension />
          </ScaffolderFieldExtensions>
        </Route>
      </FlatRoutes>
    </AppRouter>,
  );
  return <Portal />;
}

describe('a portal on the old frontend system', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  beforeEach(() => {
    const cases = tenantCases();
    const requests = requestCases();
    jest.spyOn(window, 'scrollTo').mockReturnValue();
    server.use(
      http.get(
        'http://backend.test/api/scaffolder/v2/templates/:namespace/:kind/:name/parameter-schema',
        ({ params }) =>
          HttpResponse.json(
            params.name === 'velero-location'
              ? backupLocation
              : requestMoreStorage,
          ),
      ),
      http.all('http://backend.test/api/*', async ({ request }) => {
        const url = new URL(request.url);
        const { method } = request;
        const body = method === 'POST' ? await request.json() : undefined;
        const answer =
          answerAboutPlatform({ url, method, body }, underClusterList()) ??
          answerAboutChanges({ url, method, body }, cases) ??
          answerAboutRequests(url, requests) ??
          answerTo(url, cases);
        return answer
          ? HttpResponse.json(answer.body, { status: answer.status })
          : new HttpResponse(null, { status: 404 });
      }),
    );
  });

  function visit(path: string) {
    window.history.pushState({}, '', path);
    return render(portal());
  }

  it('has the card on the overview of a tenant, with ways to the tab and to the form', async () => {
    visit('/catalog/default/resource/alpha');
    expect(await screen.findByText('8.2 of 10 Gi (82 %)')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: /Details in the Storage tab/ }),
    ).toHaveAttribute('href', '/catalog/default/resource/alpha/storage');
  });

  it('has the tab on the page of a tenant, from which one can ask for more', async () => {
    visit('/catalog/default/resource/full/storage');
    expect(
      await screen.findByRole('heading', {
        name: 'Storage of full on Munich (muc-1)',
      }),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(
        screen
          .getAllByRole('link', { name: /more/i })
          .map(way => way.getAttribute('href')),
      ).toContainEqual(
        expect.stringMatching(
          /^\/create\/templates\/default\/request-more-storage\?formData=/,
        ),
      ),
    );
  });

  it('has neither on another entity', async () => {
    visit('/catalog/default/resource/a-bucket');
    expect(
      await screen.findByText('Nothing of tenant storage'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('tab', { name: 'Storage' }),
    ).not.toBeInTheDocument();
  });

  it('has the page of all requests', async () => {
    visit('/storage-requests');
    expect(
      await screen.findByRole('heading', { name: 'Storage requests' }),
    ).toBeInTheDocument();
    expect((await screen.findAllByText('alpha')).length).toBeGreaterThan(0);
  });

  it('has the fields in the Scaffolder’s form, up to the preview', async () => {
    const formData = JSON.stringify({
      tenant: { underCluster: 'muc-1', tenant: 'alpha' },
      reason: 'Nightly reports',
    });
    visit(
      `/create/templates/default/request-more-storage?formData=${encodeURIComponent(
        formData,
      )}`,
    );
    const size = await screen.findByLabelText(/New size/);
    await waitFor(() => expect(size).toHaveValue('14Gi'));
    await waitFor(() =>
      expect(screen.getByRole('textbox', { name: /Tenant/ })).toHaveValue(
        'alpha on Munich (muc-1)',
      ),
    );
    await userEvent.clear(size);
    await userEvent.type(size, '5Gi');
    await next();
    expect(
      (await screen.findAllByText(/8.2 Gi are in use, more than 5Gi/)).length,
    ).toBeGreaterThan(0);
    await userEvent.clear(size);
    await userEvent.type(size, '20Gi');
    await next();
    const diff = await screen.findByRole('region', {
      name: 'The lines that would change',
    });
    expect(within(diff).getByText(/requests.storage: 20Gi/)).toHaveTextContent(
      /^\+/,
    );
  });

  it('has the fields of a platform change in the Scaffolder’s form, up to the preview', async () => {
    const formData = JSON.stringify({
      underCluster: 'muc-1',
      name: 'minio',
      bucket: 'velero-muc-1',
      reason: 'Backups leave the under cluster.',
    });
    visit(
      `/create/templates/default/velero-location?formData=${encodeURIComponent(
        formData,
      )}`,
    );
    expect(
      await screen.findByRole('option', { name: 'Munich (muc-1)' }),
    ).toBeInTheDocument();
    await next();
    const diff = await screen.findByRole('region', {
      name: 'The lines that would change',
    });
    expect(within(diff).getByText(/bucket: velero-muc-1/)).toHaveTextContent(
      /^\+/,
    );
    expect(
      screen.getByRole('table', { name: 'What it means' }),
    ).toBeInTheDocument();
  });
});
