import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  QuotaImpact,
  StorageRequest,
  StorageRequestList,
  tenantSignalChannel,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { signalsInMemory } from '../../dev/signalsInMemory';
import {
  answerAboutRequests,
  requestCases,
  requestThrough,
  step,
} from '../../dev/storageRequests';
import { TenantCase, ago, gi, tenantCases } from '../../dev/tenants';
import { answerTo } from '../../dev/tenantStorageServer';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { TenantStorageClient } from '../api/TenantStorageClient';
import { TenantStorage } from '../tenant/TenantStorage';
import { RequestFormPathContext } from './requestForm';

const FORM = '/portal/create/templates/default/request-more-storage';

describe('requests in the tab', () => {
  const server = setupServer();
  registerMswTestHooks(server);
  const signals = signalsInMemory();

  let cases: Record<string, TenantCase>;
  let requests: Record<string, StorageRequest[]>;
  let errors: StorageRequestList['errors'];
  let impact: Pick<QuotaImpact, 'smallestUnblocking' | 'used' | 'pending'>;
  let previewed: unknown[];

  beforeEach(() => {
    cases = tenantCases();
    requests = requestCases();
    errors = [];
    impact = { smallestUnblocking: null, used: null, pending: null };
    previewed = [];
    server.use(
      http.post(
        'http://backend.test/api/tenant-storage/v1/changes/quota/preview',
        async ({ request }) => {
          previewed.push(await request.json());
          return HttpResponse.json({ impact });
        },
      ),
      http.get('http://backend.test/api/*', ({ request }) => {
        const url = new URL(request.url);
        const answer = (answerAboutRequests(url, requests, errors) ??
          answerTo(url, cases))!;
        return HttpResponse.json(answer.body, { status: answer.status });
      }),
    );
  });

  function show(tenant: string, form: string | undefined = FORM) {
    return renderInTestApp(
      <RequestFormPathContext.Provider value={form}>
        <TenantStorage underCluster="muc-1" tenant={tenant} />
      </RequestFormPathContext.Provider>,
      {
        apis: [
          [
            tenantStorageApiRef,
            TenantStorageClient.create({
              discoveryApi: mockApis.discovery({
                baseUrl: 'http://backend.test',
              }),
              fetchApi: mockApis.fetch(),
            }),
          ],
          [signalApiRef, signals.api],
        ],
      },
    );
  }

  const panel = () => screen.findByRole('region', { name: 'Requests' });
  const headline = () => screen.findByRole('region', { name: 'What is left' });
  const wishOf = (link: HTMLElement) => {
    const url = new URL(link.getAttribute('href')!, 'http://portal');
    expect(url.pathname).toBe(FORM);
    return JSON.parse(url.searchParams.get('formData')!);
  };

  it('leads to the form, filled in with the tenant', async () => {
    show('healthy');
    expect(
      wishOf(
        await screen.findByRole('button', { name: 'Request more storage' }),
      ),
    ).toEqual({ tenant: { underCluster: 'muc-1', tenant: 'healthy' } });
  });

  it('has no panel where nothing was ever asked for', async () => {
    show('healthy');
    await headline();
    await screen.findByRole('table', { name: /Volumes and helper claims/ });
    expect(
      screen.queryByRole('region', { name: 'Requests' }),
    ).not.toBeInTheDocument();
  });

  it('leads nowhere for who may not ask, and where there is no form', async () => {
    cases.healthy.tenant = { ...cases.healthy.tenant, canRequest: false };
    const { unmount } = show('healthy');
    await headline();
    expect(screen.queryByText('Request more storage')).not.toBeInTheDocument();
    unmount();
    renderInTestApp(<TenantStorage underCluster="muc-1" tenant="full" />, {
      apis: [
        [
          tenantStorageApiRef,
          TenantStorageClient.create({
            discoveryApi: mockApis.discovery({
              baseUrl: 'http://backend.test',
            }),
            fetchApi: mockApis.fetch(),
          }),
        ],
      ],
    });
    await headline();
    expect(screen.queryByText('Request more storage')).not.toBeInTheDocument();
  });

  it('says that a request is open, how far it is and where, and takes another wish', async () => {
    show('alpha');
    const open = await screen.findByRole('link', {
      name: /^Request open: 20 Gi, waits for approval/,
    });
    expect(open).toHaveAttribute(
      'href',
      expect.stringMatching(
        /^https:\/\/git\.example\.com\/kmetal\/fleet\/pull/,
      ),
    );
    expect(
      wishOf(screen.getByRole('button', { name: 'Change the request' })),
    ).toEqual({
      tenant: { underCluster: 'muc-1', tenant: 'alpha' },
      size: '20Gi',
      reason: 'The nightly reports need 5 Gi more until the archive moves.',
    });
  });

  it('tells who asked for what and why, how far it is, and what comes next', async () => {
    show('alpha');
    const words = await panel();
    expect(words).toHaveTextContent('10 Gi → 20 Gi');
    expect(words).toHaveTextContent('asked for by alice');
    expect(words).toHaveTextContent('The nightly reports need 5 Gi more');
    const steps = within(
      within(words).getByRole('list', { name: 'How far it is' }),
    ).getAllByRole('listitem');
    expect(steps.map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^Sent to the platform team.*\d/),
      'Approval',
      'To be applied',
      'Live',
    ]);
    expect(steps[1]).toHaveAttribute('aria-current', 'step');
    expect(words).toHaveTextContent('The platform team has to approve it.');
    expect(words).toHaveTextContent(
      'Not known: The disks of the under cluster have room for it.',
    );
    expect(words).not.toHaveTextContent('Not less than what is used');
  });

  it('gives the reviewer’s words, and a way to answer them', async () => {
    show('changes-wanted');
    const words = await panel();
    expect(words).toHaveTextContent('petra says:');
    expect(words).toHaveTextContent(
      'Would 55Gi do until the new nodes are there?',
    );
    expect(
      wishOf(within(words).getByRole('link', { name: 'Change the request' })),
    ).toMatchObject({ size: '60Gi' });
  });

  it('says why a request is stuck; another wish is another request then', async () => {
    show('stuck');
    const words = await panel();
    expect(words).toHaveTextContent(
      'the Kustomization tenants in flux-system is not ready',
    );
    expect(words).toHaveTextContent('Point them at the change.');
    expect(
      wishOf(screen.getByRole('button', { name: 'Request more storage' })),
    ).toEqual({ tenant: { underCluster: 'muc-1', tenant: 'stuck' } });
  });

  it('quotes nobody where the portal says who closed a request', async () => {
    requests = {
      alpha: [
        requestThrough(
          [
            step('opened', 60, 'alice'),
            step('withdrawn', 5, 'petra', 'petra closed it'),
          ],
          {},
        ),
      ],
    };
    show('alpha');
    const words = await panel();
    expect(words).toHaveTextContent('petra closed it');
    expect(words).not.toHaveTextContent('petra says');
  });

  it('folds away what is past, with its dates', async () => {
    const user = userEvent.setup();
    show('only-past');
    const words = await panel();
    const earlier = within(words).getByText('2 earlier requests');
    const live = within(words).getByText(/^live since/);
    expect(live).not.toBeVisible();
    await user.click(earlier);
    expect(live).toBeVisible();
    expect(within(words).getByText(/^withdrawn since/)).toBeVisible();
    expect(words).toHaveTextContent('Not needed any more.');
  });

  it('goes on by itself, to the end', async () => {
    show('being-applied');
    expect(await panel()).toHaveTextContent('on its way to the under cluster');
    const [open, ...past] = requests['being-applied'];
    requests['being-applied'] = [
      requestThrough([...open.history, step('live', 0)], {
        tenant: 'being-applied',
      }),
      ...past,
    ];
    act(() => signals.signal(tenantSignalChannel('muc-1', 'being-applied')));
    await waitFor(async () =>
      expect(await panel()).toHaveTextContent('The new quota is in force.'),
    );
    expect(screen.queryByText(/^Request open/)).not.toBeInTheDocument();
  });

  it('says once that the Git host does not answer', async () => {
    errors = [
      {
        host: 'git.example.com',
        message: 'git.example.com answers 503.',
        since: ago(120),
      },
    ];
    show('alpha');
    const notices = await screen.findAllByRole('note', {
      name: 'Requests may be further than is shown',
    });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toHaveTextContent(
      /Since .+: git\.example\.com answers 503\. Nothing is lost/,
    );
    expect(notices[0]).toHaveTextContent('Nothing is lost');
  });

  it('does not take requests that can’t be read for none', async () => {
    server.use(
      http.get('http://backend.test/api/tenant-storage/v1/requests', () =>
        HttpResponse.json(
          { error: { name: 'Error', message: 'The database is away' } },
          { status: 503 },
        ),
      ),
    );
    show('healthy');
    expect(
      await screen.findByRole('note', {
        name: 'Requests can’t be shown right now',
      }),
    ).toHaveTextContent('The database is away');
  });

  describe('as a remedy', () => {
    const attention = () =>
      screen.findByRole('region', { name: 'What needs attention' });

    it('offers the size that lets refused volumes through, as the backend tells it', async () => {
      requests = {};
      impact.smallestUnblocking = '15032385536';
      show('alpha');
      const link = await within(await attention()).findByRole('link', {
        name: 'Request 14 Gi: with that, every volume that waits fits',
      });
      expect(wishOf(link)).toEqual({
        tenant: { underCluster: 'muc-1', tenant: 'alpha' },
        size: '14Gi',
      });
      expect(previewed).toEqual([
        { underCluster: 'muc-1', tenant: 'alpha', size: '10Gi' },
      ]);
    });

    it('leads to the form all the same where that size is not known', async () => {
      requests = {};
      show('alpha');
      expect(
        wishOf(
          await within(await attention()).findByRole('link', {
            name: 'Request more storage',
          }),
        ),
      ).toEqual({ tenant: { underCluster: 'muc-1', tenant: 'alpha' } });
    });

    it('says that enough is asked for already', async () => {
      impact.smallestUnblocking = '15032385536';
      show('alpha');
      await waitFor(async () =>
        expect(await attention()).toHaveTextContent(
          'A request for 20 Gi is under way: waits for approval.',
        ),
      );
    });

    it('does not call under way what is stuck', async () => {
      requests = {
        alpha: [
          requestThrough([step('merged', 60), step('stuck', 5)], {
            size: '20Gi',
            sizeBytes: gi(20),
          }),
        ],
      };
      show('alpha');
      await waitFor(async () =>
        expect(await attention()).toHaveTextContent(
          'A request for 20 Gi is stuck: the platform team has to see to it.',
        ),
      );
      expect(await attention()).not.toHaveTextContent('under way');
    });

    it('calls for no more where a larger quota has room by now for what was refused', async () => {
      requests = {};
      impact = {
        smallestUnblocking: null,
        used: '8858370048',
        pending: [{ name: 'pvc-1', tenantCluster: null, charge: '1000' }],
      };
      show('alpha');
      expect(await attention()).toBeInTheDocument();
      await waitFor(async () =>
        expect(await attention()).toHaveTextContent(
          'There is room for it by now. It is tried again by itself',
        ),
      );
      expect(
        within(await attention()).queryByRole('link'),
      ).not.toBeInTheDocument();
    });

    it('asks for no preview where nothing is refused', async () => {
      show('full');
      await within(await attention()).findByRole('link', {
        name: 'Request more storage',
      });
      expect(previewed).toEqual([]);
    });
  });
});
