import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { tenantSignalChannel } from '@kmetal/backstage-plugin-tenant-storage-common';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { delay, http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { signalsInMemory } from '../../dev/signalsInMemory';
import { answerAboutRequests } from '../../dev/storageRequests';
import { bytesLimit, gi, tenantCases, TenantCase } from '../../dev/tenants';
import { answerTo } from '../../dev/tenantStorageServer';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { TenantStorageClient } from '../api/TenantStorageClient';
import { TenantStorage } from './TenantStorage';

describe('TenantStorage', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let cases: Record<string, TenantCase>;
  const signals = signalsInMemory();

  beforeEach(() => {
    cases = tenantCases();
    server.use(
      http.get('http://backend.test/api/*', async ({ request }) => {
        const url = new URL(request.url);
        const answer = answerAboutRequests(url, {}) ?? answerTo(url, cases);
        if (!answer) return delay('infinite');
        return HttpResponse.json(answer.body, { status: answer.status });
      }),
    );
  });

  function show(tenant: string) {
    return renderInTestApp(
      <TenantStorage underCluster="muc-1" tenant={tenant} />,
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

  const headline = () => screen.findByRole('region', { name: 'What is left' });
  const panel = (name: string) => screen.findByRole('region', { name });

  it('says what is left, what is used and that everything works', async () => {
    show('healthy');
    const words = await headline();
    expect(words).toHaveTextContent('Left for a new volume29.5 Gi');
    expect(words).toHaveTextContent(
      'A volume of up to 29.6 Gi can be created now.',
    );
    expect(words).toHaveTextContent('18.5 of 50 Gi (37 %)');
    expect(words).toHaveTextContent('6 work');
    expect(words).toHaveTextContent('Everything works');
    expect(
      screen.queryByRole('region', { name: 'What needs attention' }),
    ).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: /Live/ })).toBeInTheDocument();
  });

  it('measures the tightest limit with a meter that says the same as the words beside it', async () => {
    show('alpha');
    const meter = await screen.findByRole('meter', {
      name: 'Use of the limit alpha-storage',
    });
    expect(meter).toHaveAttribute('aria-valuenow', '82');
    expect(meter).toHaveAttribute('aria-valuetext', '8.2 of 10 Gi (82 %)');
    const words = await headline();
    expect(words).toHaveTextContent('Helpers and disks 1 Gi');
    expect(words).toHaveTextContent('Being created 512 Mi');
    expect(words).toHaveTextContent('8 of 10 volumes (80 %)');
    expect(words).toHaveTextContent(
      'Size, all classes together8.2 of 100 Gi (8 %)',
    );
  });

  it('keeps what Kubernetes says until somebody asks for it', async () => {
    const user = userEvent.setup();
    show('alpha');
    const attention = await panel('What needs attention');
    expect(attention).toHaveTextContent('has no room for it.');
    const quote = within(attention).getByText(/^exceeded quota:/);
    expect(quote).not.toBeVisible();
    await user.click(within(attention).getByText('What Kubernetes says'));
    expect(quote).toBeVisible();
  });

  it('gives the exact bytes on keyboard focus', async () => {
    const user = userEvent.setup();
    show('healthy');
    await headline();
    const size = screen.getByText('29.5 Gi');
    // jsdom never matches :focus-visible, which a browser does for what the Tab key reaches.
    const { matches } = size;
    jest
      .spyOn(size, 'matches')
      .mockImplementation(selector =>
        selector === ':focus-visible' ? true : matches.call(size, selector),
      );
    while (document.activeElement !== size) await user.tab();
    expect(await screen.findByRole('tooltip')).toHaveTextContent(
      '31,782,338,560 bytes',
    );
  });

  it('draws more than the limit past a mark, and says so', async () => {
    show('over-quota');
    const words = await headline();
    expect(words).toHaveTextContent('Nothing left');
    expect(words).toHaveTextContent('12 of 10 Gi (120 %)');
    expect(words).toHaveTextContent('over the limit');
    expect(words).toHaveTextContent('Over the limit 2 Gi');
    const meter = within(words).getByRole('meter');
    expect(meter).toHaveAttribute('aria-valuenow', '100');
    const mark = meter.querySelector<HTMLElement>('[data-segment="limit"]');
    expect(parseFloat(mark!.style.left)).toBeCloseTo(83.3, 1);
  });

  it('shows a trace of the tiniest use, and does not call it nothing', async () => {
    show('tiny');
    const words = await headline();
    expect(words).toHaveTextContent('1.5 Mi of 500 Gi (<1 %)');
    expect(
      within(words).getByRole('meter').querySelectorAll('[data-segment]'),
    ).toHaveLength(1);
  });

  it('has no meter where nothing limits', async () => {
    show('unlimited');
    const words = await headline();
    expect(words).toHaveTextContent('No limit');
    expect(words).toHaveTextContent('18.5 Gi, no limit');
    expect(within(words).queryByRole('meter')).not.toBeInTheDocument();
    expect(
      within(words).getByRole('img', { name: 'No quota limits this tenant' }),
    ).toBeInTheDocument();
  });

  it('lists troubles with severity, remedy and who can fix them, in words', async () => {
    show('alpha');
    const troubles = within(await panel('What needs attention'));
    const items = troubles.getAllByRole('listitem');
    expect(items).toHaveLength(3);
    expect(items[0]).toHaveTextContent(
      /^Problem: A volume does not fit into the quota/,
    );
    expect(items[0]).toHaveTextContent(
      'What to do: Delete volumes that are not needed',
    );
    expect(items[0]).toHaveTextContent('You can fix this');
    expect(items[1]).toHaveTextContent('The platform team fixes this');
    expect(items[2]).toHaveTextContent(/^For your information: Waiting/);
    expect(await headline()).toHaveTextContent('2 problems');
  });

  it('shows use and controller per tenant cluster, with the container in trouble', async () => {
    show('alpha');
    const table = await screen.findByRole('table', {
      name: 'Use per tenant cluster',
    });
    const prod = within(table).getByRole('row', { name: /alpha-prod/ });
    expect(prod).toHaveTextContent('5.2 Gi 52 % of the limit');
    expect(prod).toHaveTextContent('Works, 2 of 2 ready');
    const dev = within(table).getByRole('row', { name: /alpha-dev/ });
    expect(dev).toHaveTextContent('Down, 0 of 2 ready');
    expect(dev).toHaveTextContent(
      'csi-provisioner: CrashLoopBackOff, 14 restarts',
    );
    expect(
      within(table).getByRole('row', { name: /Belongs to no tenant cluster/ }),
    ).toBeInTheDocument();
  });

  it('names what counts against the quota besides volumes', async () => {
    show('alpha');
    const hidden = await panel('Also counts against the quota');
    expect(hidden).toHaveTextContent('Being filled543');
    expect(hidden).toHaveTextContent(
      'The disk that a worker of the tenant cluster boots from.',
    );
  });

  it('has no room for what counts besides volumes where nothing does, and keeps it where that can’t be seen', async () => {
    const { unmount } = show('healthy');
    await headline();
    expect(
      screen.queryByRole('region', { name: 'Also counts against the quota' }),
    ).not.toBeInTheDocument();
    unmount();
    show('partial');
    expect(await panel('Also counts against the quota')).toHaveTextContent(
      'unknown',
    );
  });

  it('calls full what the troubles call full, so that it never says that everything works beside it', async () => {
    const { unmount } = show('edge');
    let words = await headline();
    expect(words).toHaveTextContent('44.5 of 50 Gi (89 %)');
    expect(words).toHaveTextContent('Everything works');
    expect(words).not.toHaveTextContent('nearly full');
    unmount();
    show('nearly-full');
    words = await headline();
    expect(words).toHaveTextContent('46.5 of 50 Gi (93 %)nearly full');
    expect(words).toHaveTextContent('1 warningWorst: The quota is nearly full');
    expect(await panel('What needs attention')).toHaveTextContent(
      'Warning: The quota is nearly full',
    );
    expect(words).toHaveTextContent('16 of 20 volumes (80 %)');
    expect(words).not.toHaveTextContent('(80 %), nearly full');
  });

  it('calls for attention only where something is wrong', async () => {
    show('unlimited');
    expect(await panel('Good to know')).toHaveTextContent(
      'For your information: No quota',
    );
    expect(
      screen.queryByText('The platform team fixes this'),
    ).not.toBeInTheDocument();
    expect(
      screen.queryByRole('region', { name: 'What needs attention' }),
    ).not.toBeInTheDocument();
  });

  it('describes class and backend, and does not promise what local disks cannot do', async () => {
    show('healthy');
    const backend = await panel('Class and backend');
    expect(backend).toHaveTextContent('BackendLocal disks (local-path)');
    expect(backend).toHaveTextContent(
      'Growing a volumenot possible on local disks',
    );
    expect(backend).toHaveTextContent('Filesystem ReadWriteOnce, pinned');
    expect(backend).toHaveTextContent('Added for the file system6 %');
  });

  it('shows its shape while loading', async () => {
    show('loading');
    expect(
      await screen.findByRole('progressbar', {
        name: 'Reading the storage of loading',
      }),
    ).toBeInTheDocument();
  });

  it('says what to do where there are no volumes yet', async () => {
    show('empty');
    const volumes = await panel('Volumes');
    expect(await within(volumes).findByText('No volumes yet')).toBeVisible();
    expect(volumes).toHaveTextContent('kind: PersistentVolumeClaim');
    expect(
      within(volumes).getByRole('button', { name: 'Copy the example' }),
    ).toBeInTheDocument();
  });

  it('keeps the values when the under cluster is unreachable, and says how old they are and why', async () => {
    show('stale');
    const notice = await screen.findByRole('note', {
      name: 'Shown as it was 3 min ago',
    });
    expect(notice).toHaveTextContent('The under cluster can’t be reached');
    expect(notice).toHaveTextContent(/\(since .+\)/);
    expect(screen.queryByText('This may be out of date')).toBeNull();
    expect(await headline()).toHaveTextContent('18.5 of 50 Gi (37 %)');
    expect(
      screen.getByRole('button', { name: /As of 3 min ago/ }),
    ).toBeInTheDocument();
  });

  it('says unknown, never none or zero, of what may not be seen', async () => {
    const user = userEvent.setup();
    show('partial');
    const notice = await screen.findByRole('note', {
      name: 'Part of this is unknown',
    });
    expect(notice).toHaveTextContent(
      'ResourceQuota: The portal may not read quotas',
    );
    const words = await headline();
    expect(words).toHaveTextContent('Left for a new volumeUnknown');
    expect(words).toHaveTextContent('18.5 Gi, limit unknown');
    expect(words).toHaveTextContent('Can’t be told');
    expect(
      within(words).getByRole('img', {
        name: 'How much may be used is unknown',
      }),
    ).toBeInTheDocument();

    const volumes = await screen.findByRole('table', {
      name: 'Volumes and helper claims of partial',
    });
    const [name] = await within(volumes).findAllByRole('rowheader');
    const attachedTo = within(name.closest('tr')!).getAllByRole('cell')[5];
    expect(attachedTo).toHaveTextContent('unknown');

    await user.click(screen.getByRole('button', { name: /partly hidden/ }));
    const kinds = await screen.findByRole('dialog', {
      name: 'What this page rests on',
    });
    expect(
      within(kinds).getByRole('row', { name: /ResourceQuota/ }),
    ).toHaveTextContent('may not be read');
  });

  it('says that it is still being read', async () => {
    show('syncing');
    expect(
      await screen.findByRole('note', { name: 'Still being read' }),
    ).toBeInTheDocument();
    expect(await headline()).toHaveTextContent('Volumesunknown');
    expect(
      await screen.findByText('The volumes are still being read'),
    ).toBeInTheDocument();
    expect(screen.queryByText('No volumes yet')).not.toBeInTheDocument();
  });

  it('tells whom to ask where there is no such tenant or it is not to be seen', async () => {
    show('not-found');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(
      'No such tenant, or it is not yours to see',
    );
    expect(alert).toHaveTextContent('ask the platform team');
    expect(alert).toHaveTextContent('kmetal.io/tenant');
  });

  it('offers to try again where the backend fails', async () => {
    const user = userEvent.setup();
    show('failed');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(
      'The storage of failed can’t be read right now',
    );
    expect(alert).toHaveTextContent('Permissions can’t be checked now');
    cases.failed = { ...cases.failed, fails: undefined };
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await headline()).toHaveTextContent('18.5 of 50 Gi (37 %)');
  });

  describe('live', () => {
    const channel = (tenant: string) => tenantSignalChannel('muc-1', tenant);

    it('fetches again on a signal, and tells screen readers what changed', async () => {
      show('healthy');
      expect(await headline()).toHaveTextContent('18.5 of 50 Gi (37 %)');
      const { tenant } = cases.healthy;
      cases.healthy.tenant = {
        ...tenant,
        limits: [bytesLimit(gi(20), gi(50))],
        headroom: { ...tenant.headroom, bytes: gi(28) },
      };
      act(() => signals.signal(channel('healthy')));
      await waitFor(async () =>
        expect(await headline()).toHaveTextContent('20 of 50 Gi (40 %)'),
      );
      const announced = screen
        .getAllByRole('status')
        .map(({ textContent }) => textContent);
      expect(announced).toContain(
        'Updated. Left for a new volume: 28 Gi. Used: 20 of 50 Gi (40 %). Everything works.',
      );
    });

    it('keeps the page and says so when it can’t refresh', async () => {
      show('healthy');
      await headline();
      cases.healthy.fails = 503;
      act(() => signals.signal(channel('healthy')));
      const notice = await screen.findByRole('note', {
        name: 'Could not refresh',
      });
      expect(notice).toHaveTextContent('Permissions can’t be checked now');
      expect(await headline()).toHaveTextContent('18.5 of 50 Gi (37 %)');
    });

    it('shows nothing of a tenant any more that may not be read any more', async () => {
      show('healthy');
      await headline();
      cases.healthy.fails = 404;
      act(() => signals.signal(channel('healthy')));
      expect(await screen.findByRole('alert')).toHaveTextContent(
        'not yours to see',
      );
      expect(screen.queryByText(/of 50 Gi/)).not.toBeInTheDocument();
    });
  });
});
