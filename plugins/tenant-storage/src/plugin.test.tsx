import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { Entity } from '@backstage/catalog-model';
import {
  createExtensionTester,
  registerMswTestHooks,
  renderTestApp,
  mockApis,
} from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { coreExtensionData } from '@backstage/frontend-plugin-api';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { next } from '../dev/formSteps';
import { answerAboutChanges } from '../dev/quotaPreviews';
import { requestMoreStorage } from '../dev/requestMoreStorage';
import { tenantCases } from '../dev/tenants';
import { answerAboutRequests, requestCases } from '../dev/storageRequests';
import { answerTo } from '../dev/tenantStorageServer';
import plugin from './index';

const card = plugin.getExtension('entity-card:tenant-storage/overview');
const content = plugin.getExtension('entity-content:tenant-storage/storage');
const api = plugin.getExtension('api:tenant-storage');

function entity(annotations: Record<string, string>): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: { name: 'alpha', annotations },
    spec: { type: 'kmetal-tenant', owner: 'group:default/team-alpha' },
  };
}

const alpha = entity({
  'kmetal.io/under-cluster': 'muc-1',
  'kmetal.io/tenant': 'alpha',
});

describe('the plugin for the new frontend system', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  beforeEach(() => {
    const cases = tenantCases();
    server.use(
      http.get('http://backend.test/api/*', ({ request }) => {
        const url = new URL(request.url);
        const answer = (answerAboutRequests(url, requestCases()) ??
          answerTo(url, cases))!;
        return HttpResponse.json(answer.body, { status: answer.status });
      }),
    );
  });

  const apis = [
    mockApis.discovery({ baseUrl: 'http://backend.test' }),
    mockApis.fetch(),
  ] as const;

  it('puts a card on the overview of an entity that names a tenant', async () => {
    renderTestApp({
      apis,
      extensions: [createTestEntityPage({ entity: alpha }), api, card],
    });
    expect(await screen.findByText('8.2 of 10 Gi (82 %)')).toBeInTheDocument();
    expect(screen.getByText('1.1 Gi')).toBeInTheDocument();
    expect(
      screen.getByText('A volume does not fit into the quota'),
    ).toBeInTheDocument();
    expect(screen.getByText('1 more in the Storage tab')).toBeInTheDocument();
  });

  it('adds a tab to an entity that names a tenant', async () => {
    renderTestApp({
      apis,
      extensions: [createTestEntityPage({ entity: alpha }), api, content],
    });
    expect(
      await screen.findByRole('heading', {
        name: 'Storage of alpha on Munich (muc-1)',
      }),
    ).toBeInTheDocument();
  });

  it.each([
    ['without annotations', {}],
    ['that names no under cluster', { 'kmetal.io/tenant': 'alpha' }],
    ['that names no tenant', { 'kmetal.io/under-cluster': 'muc-1' }],
  ] as [string, Record<string, string>][])(
    'leaves an entity %s alone',
    async (_, annotations) => {
      renderTestApp({
        apis,
        extensions: [
          createTestEntityPage({ entity: entity(annotations) }),
          api,
          card,
          content,
        ],
      });
      expect(
        await screen.findByTestId('empty-entity-page'),
      ).toBeInTheDocument();
    },
  );

  describe('where one asks for more', () => {
    const scaffolderAt = (path: string, config: object = {}) => ({
      app: {
        extensions: [
          { 'page:scaffolder': { config: { path } } },
          { 'entity-content:tenant-storage/storage': { config } },
        ],
      },
    });
    const formOf = async () =>
      new URL(
        (
          await screen.findByRole('button', { name: /^Change the request/ })
        ).getAttribute('href')!,
        'http://portal',
      );

    it('is the template’s form, wherever the Scaffolder is mounted', async () => {
      renderTestApp({
        apis,
        config: scaffolderAt('/self-service'),
        features: [scaffolderPlugin, plugin],
        extensions: [createTestEntityPage({ entity: alpha })],
      });
      const form = await formOf();
      expect(form.pathname).toBe(
        '/self-service/templates/default/request-more-storage',
      );
      expect(JSON.parse(form.searchParams.get('formData')!)).toMatchObject({
        tenant: { underCluster: 'muc-1', tenant: 'alpha' },
      });
    });

    it('is another template where one is configured', async () => {
      renderTestApp({
        apis,
        config: scaffolderAt('/create', { requestTemplate: 'storage/more' }),
        features: [scaffolderPlugin, plugin],
        extensions: [createTestEntityPage({ entity: alpha })],
      });
      expect((await formOf()).pathname).toBe('/create/templates/storage/more');
    });

    it('is nowhere in a portal without the Scaffolder', async () => {
      renderTestApp({
        apis,
        features: [plugin],
        extensions: [createTestEntityPage({ entity: alpha })],
      });
      expect(
        await screen.findByRole('region', { name: 'Requests' }),
      ).toBeInTheDocument();
      expect(screen.queryByText('Change the request')).toBeNull();
    });

    it('is a remedy on the overview for what the quota refuses', async () => {
      renderTestApp({
        apis,
        features: [scaffolderPlugin, plugin],
        extensions: [createTestEntityPage({ entity: alpha })],
      });
      expect(
        await screen.findByText(
          'A request for 20 Gi is under way: waits for approval.',
        ),
      ).toBeInTheDocument();
    });
  });

  it('has the fields in the Scaffolder’s form, and what is sent is what one reviews', async () => {
    jest.spyOn(window, 'scrollTo').mockReturnValue();
    const cases = tenantCases();
    server.use(
      http.get(
        'http://backend.test/api/scaffolder/v2/templates/:namespace/:kind/:name/parameter-schema',
        () => HttpResponse.json(requestMoreStorage),
      ),
      http.all('http://backend.test/api/*', async ({ request }) => {
        const { method } = request;
        const answer = answerAboutChanges(
          {
            url: new URL(request.url),
            method,
            body: method === 'POST' ? await request.json() : undefined,
          },
          cases,
        );
        return answer
          ? HttpResponse.json(answer.body, { status: answer.status })
          : new HttpResponse(null, { status: 404 });
      }),
    );
    renderTestApp({
      apis: [
        ...apis,
        [catalogApiRef, new InMemoryCatalogClient({ entities: [alpha] })],
      ],
      features: [scaffolderPlugin, plugin],
      initialRouteEntries: ['/create/templates/default/request-more-storage'],
    });
    await userEvent.click(
      await screen.findByRole('textbox', { name: /Tenant/ }),
    );
    await userEvent.click(
      await screen.findByRole('option', { name: /^alpha on Munich/ }),
    );
    await waitFor(() =>
      expect(screen.getByLabelText(/New size/)).toHaveValue('14Gi'),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /Reason/ }),
      'Nightly reports',
    );
    await next();
    const diff = await screen.findByRole('region', {
      name: 'The lines that would change',
    });
    expect(within(diff).getByText(/requests.storage: 14Gi/)).toHaveTextContent(
      /^\+/,
    );
    await next();
    await screen.findByRole('button', { name: 'Create' });
    expect(
      screen
        .getAllByRole('row')
        .map(row => Array.from(row.children, cell => cell.textContent)),
    ).toEqual([
      ['Under cluster', 'muc-1'],
      ['Tenant', 'alpha'],
      ['New size', '14Gi'],
      ['Reason', 'Nightly reports'],
    ]);
  });

  it('has a page of all requests, with its place in the navigation', async () => {
    renderTestApp({
      apis,
      features: [plugin],
      initialRouteEntries: ['/storage-requests'],
    });
    expect(
      await screen.findByRole('table', { name: 'Stuck' }),
    ).toBeInTheDocument();
    expect(
      screen.getAllByRole('link', { name: 'Storage requests' })[0],
    ).toHaveAttribute('href', '/storage-requests');
  });

  it('mounts the tab at /storage, as Storage', () => {
    const tester = createExtensionTester(content);
    expect(tester.get(coreExtensionData.routePath)).toBe('/storage');
    expect(tester.get(EntityContentBlueprint.dataRefs.title)).toBe('Storage');
  });
});
