import { mockApis, registerMswTestHooks } from '@backstage/frontend-test-utils';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { changePreview, underClusterList } from '../../dev/changePreviews';
import { tenantNamed } from '../../dev/tenants';
import { TenantStorageClient } from './TenantStorageClient';

const V1 = 'http://backend.test/api/tenant-storage/v1';
const BASE = `${V1}/under-clusters`;

describe('TenantStorageClient', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  const client = TenantStorageClient.create({
    discoveryApi: mockApis.discovery({ baseUrl: 'http://backend.test' }),
    fetchApi: mockApis.fetch(),
  });
  const alpha = { underCluster: 'muc-1', tenant: 'alpha' };

  it('asks for a tenant', async () => {
    const tenant = tenantNamed('alpha');
    server.use(
      http.get(`${BASE}/muc-1/tenants/alpha`, () => HttpResponse.json(tenant)),
    );
    await expect(client.getTenant(alpha)).resolves.toEqual(tenant);
  });

  it('sends only the parts of a query that are set', async () => {
    let asked = '';
    server.use(
      http.get(`${BASE}/muc-1/tenants/alpha/volumes`, ({ request }) => {
        asked = new URL(request.url).search;
        return HttpResponse.json({ items: [] });
      }),
    );
    await client.listVolumes(alpha, {
      search: 'a&b',
      state: undefined,
      sort: '-charged',
      limit: 25,
    });
    expect(asked).toBe('?search=a%26b&sort=-charged&limit=25');
  });

  it('keeps names inside their place in the path', async () => {
    let asked = '';
    server.use(
      http.get(`${BASE}/*`, ({ request }) => {
        asked = new URL(request.url).pathname;
        return HttpResponse.json({});
      }),
    );
    await client.getVolume(alpha, 'pvc-1/../secrets');
    expect(asked).toBe(
      '/api/tenant-storage/v1/under-clusters/muc-1/tenants/alpha/volumes/pvc-1%2F..%2Fsecrets',
    );
  });

  it('asks for the tenants whose storage may be asked to change', async () => {
    let asked = '';
    server.use(
      http.get(`${V1}/tenants`, ({ request }) => {
        asked = new URL(request.url).search;
        return HttpResponse.json({ items: [] });
      }),
    );
    await client.listTenants({ canRequest: 'true', search: 'al' });
    expect(asked).toBe('?canRequest=true&search=al');
  });

  it('sends a wish as it was typed to be previewed', async () => {
    let sent: unknown;
    server.use(
      http.post(`${V1}/changes/quota/preview`, async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json({ refusals: [] });
      }),
    );
    await expect(
      client.previewQuota({ ...alpha, size: '60Gi', reason: 'a "b"\nc' }),
    ).resolves.toEqual({ refusals: [] });
    expect(sent).toEqual({ ...alpha, size: '60Gi', reason: 'a "b"\nc' });
  });

  it('asks for the under clusters that one may see', async () => {
    const list = underClusterList();
    server.use(http.get(BASE, () => HttpResponse.json(list)));
    await expect(client.listUnderClusters()).resolves.toEqual(list);
  });

  it('sends the wish for a platform change to the preview of its kind', async () => {
    const wish = {
      underCluster: 'muc-1',
      reason: 'a "b"\nc',
      input: { name: 'minio', default: false },
    };
    let sent: unknown;
    server.use(
      http.post(
        `${V1}/changes/velero-location/preview`,
        async ({ request }) => {
          sent = await request.json();
          return HttpResponse.json(changePreview(wish));
        },
      ),
    );
    await expect(
      client.previewChange('velero-location', wish),
    ).resolves.toMatchObject({ changed: true, refusals: [] });
    expect(sent).toEqual(wish);
  });

  it('stops asking when told', async () => {
    server.use(http.post(`${V1}/changes/*`, () => new Promise(() => {})));
    const controller = new AbortController();
    const answer = client.previewChange(
      'profile',
      { underCluster: 'muc-1', input: {} },
      { signal: controller.signal },
    );
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('asks for the open requests of a tenant', async () => {
    let asked = '';
    server.use(
      http.get(`${V1}/requests`, ({ request }) => {
        asked = new URL(request.url).search;
        return HttpResponse.json({ items: [] });
      }),
    );
    await client.listRequests({ ...alpha, open: 'true' });
    expect(asked).toBe('?underCluster=muc-1&tenant=alpha&open=true');
  });

  it('throws what the backend refuses with', async () => {
    server.use(
      http.get(`${BASE}/muc-1/tenants/alpha`, () =>
        HttpResponse.json(
          {
            error: { name: 'NotFoundError', message: 'No such tenant' },
            response: { statusCode: 404 },
          },
          { status: 404 },
        ),
      ),
    );
    await expect(client.getTenant(alpha)).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 404,
      body: { error: { message: 'No such tenant' } },
    });
  });
});
