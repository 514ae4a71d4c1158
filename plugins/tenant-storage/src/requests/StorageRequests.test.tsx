import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import {
  StorageRequest,
  StorageRequestList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { useLocation } from 'react-router-dom';
import { locationRequest } from '../../dev/changePreviews';
import {
  answerAboutRequests,
  requestCases,
  requestThrough,
  step,
} from '../../dev/storageRequests';
import { ago } from '../../dev/tenants';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { TenantStorageClient } from '../api/TenantStorageClient';
import { StorageRequestsPage } from './StorageRequestsPage';

describe('the page of requests', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let requests: Record<string, StorageRequest[]>;
  let errors: StorageRequestList['errors'];
  let fails: number | undefined;

  beforeEach(() => {
    requests = requestCases();
    errors = [];
    fails = undefined;
    server.use(
      http.get('http://backend.test/api/*', ({ request }) => {
        if (fails) {
          return HttpResponse.json(
            { error: { name: 'Error', message: 'The database is away' } },
            { status: fails },
          );
        }
        const answer = answerAboutRequests(
          new URL(request.url),
          requests,
          errors,
        )!;
        return HttpResponse.json(answer.body, { status: answer.status });
      }),
    );
  });

  function Address() {
    const { pathname, search } = useLocation();
    return <output aria-label="address">{`${pathname}${search}`}</output>;
  }

  function show(address = '/') {
    const page = (
      <>
        <StorageRequestsPage />
        <Address />
      </>
    );
    return renderInTestApp(page, {
      initialRouteEntries: [address],
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
  }

  const table = (name: string) => screen.findByRole('table', { name });
  const tenants = async (name: string) =>
    (await within(await table(name)).findAllByRole('rowheader')).map(
      cell => cell.textContent,
    );

  it('puts what is stuck on top, then what is open, then what is past', async () => {
    show();
    expect(await tenants('Stuck')).toEqual(['stuckon muc-1']);
    expect(await tenants('Open')).toHaveLength(5);
    expect(await tenants('Past')).toHaveLength(8);
    expect(
      screen.getAllByRole('table').map(each => each.getAttribute('aria-label')),
    ).toEqual(['Stuck', 'Open', 'Past']);
  });

  it('tells of each who wants what and why, how far it is and where', async () => {
    show();
    const row = await within(await table('Open')).findByRole('row', {
      name: /changes-wanted/,
    });
    expect(row).toHaveTextContent('50 Gi → 60 Gi');
    expect(row).toHaveTextContent('aliceThe nightly reports need 5 Gi more');
    expect(row).toHaveTextContent('changes wanted by petra');
    expect(row).toHaveTextContent('Would 55Gi do');
    expect(within(row).getByRole('link')).toHaveAttribute(
      'href',
      expect.stringMatching(/^https:\/\/git\.example\.com\//),
    );
  });

  it('tells of a platform change what is asked for, where, and which condition is not met', async () => {
    requests.platform = [locationRequest()];
    show();
    const row = await within(await table('Open')).findByRole('row', {
      name: /the platform/,
    });
    expect(
      Array.from(row.children, cell => cell.textContent).slice(0, 2),
    ).toEqual([
      'the platformon muc-1',
      'Backup location minio in muc-1: bucket velero-muc-1',
    ]);
    expect(row).toHaveTextContent('petraBackups leave the under cluster.');
    expect(row).toHaveTextContent(
      'Not so: The Secret velero/minio-credentials is there. There is no Secret of that name in velero.',
    );
    expect(row).not.toHaveTextContent('condition is not met');
    expect(
      within(row).getByRole('link', {
        name: /^#\d+: See the change for muc-1/,
      }),
    ).toHaveAttribute('href', expect.stringContaining('/pull/'));
  });

  it('folds away what a platform change has been through', async () => {
    requests.platform = [locationRequest()];
    show();
    const row = await within(await table('Open')).findByRole('row', {
      name: /the platform/,
    });
    const opened = within(row).getByText(/^waits for approval since/);
    expect(opened).not.toBeVisible();
    await userEvent.click(within(row).getByText('History'));
    expect(opened).toBeVisible();
    expect(
      within(within(row).getByRole('list', { name: 'History' }))
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      expect.stringMatching(/^being sent since /),
      expect.stringMatching(/^waits for approval since .+ \(petra\)$/),
    ]);
  });

  it('offers tenants by name, and nothing for what is of no tenant', async () => {
    requests = { platform: [locationRequest()], alpha: requests.alpha };
    show();
    expect(await tenants('Open')).toHaveLength(2);
    await waitFor(() =>
      expect(
        Array.from(document.querySelectorAll('datalist'), list =>
          Array.from(list.children, option => option.getAttribute('value')),
        ),
      ).toEqual([['alpha'], ['muc-1']]),
    );
  });

  it('names who closed a request once', async () => {
    requests = {
      closed: [
        requestThrough(
          [
            step('opened', 60, 'alice'),
            step('withdrawn', 5, 'petra', 'petra closed it'),
          ],
          { tenant: 'closed' },
        ),
      ],
    };
    show();
    const row = await within(await table('Past')).findByRole('row', {
      name: /closed/,
    });
    expect(row).toHaveTextContent('withdrawnpetra closed it');
  });

  it('turns the pages of what is past', async () => {
    const user = userEvent.setup();
    show();
    await table('Past');
    const before = await tenants('Past');
    await user.click(screen.getByRole('button', { name: 'Next page of Past' }));
    await waitFor(async () =>
      expect(await tenants('Past')).not.toEqual(before),
    );
    await user.click(
      screen.getByRole('button', { name: 'Previous page of Past' }),
    );
    await waitFor(async () => expect(await tenants('Past')).toEqual(before));
  });

  it('finds the requests of a state, of a tenant and of an under cluster', async () => {
    const user = userEvent.setup();
    show();
    await table('Stuck');
    await user.selectOptions(screen.getByLabelText('State'), 'live');
    expect(await tenants('Requests')).toContain('now-liveon muc-1');
    expect(screen.queryByRole('table', { name: 'Past' })).toBeNull();
    await user.type(screen.getByLabelText('Tenant'), 'Stuck ');
    await waitFor(async () =>
      expect(await tenants('Requests')).toEqual(['stuckon muc-1']),
    );
    await user.type(screen.getByLabelText('Under cluster'), 'fra-2');
    expect(await screen.findByText('No request matches')).toBeVisible();
    await user.click(
      screen.getAllByRole('button', { name: 'Clear the filters' })[0],
    );
    expect(await tenants('Stuck')).toEqual(['stuckon muc-1']);
  });

  it('finds the requests for a kind of change, with the other filters', async () => {
    const user = userEvent.setup();
    requests.platform = [locationRequest()];
    show();
    await table('Stuck');
    const kinds = screen.getByLabelText('Kind of change');
    await user.selectOptions(kinds, 'Backup location');
    await waitFor(async () =>
      expect(await tenants('Open')).toEqual(['the platformon muc-1']),
    );
    expect(screen.queryByRole('table', { name: 'Stuck' })).toBeNull();
    expect(screen.queryByRole('table', { name: 'Past' })).toBeNull();
    await user.selectOptions(screen.getByLabelText('State'), 'live');
    expect(await screen.findByText('No request matches')).toBeVisible();
    await user.selectOptions(kinds, 'Storage quota');
    await waitFor(async () =>
      expect(await tenants('Requests')).toContain('now-liveon muc-1'),
    );
    await user.selectOptions(kinds, 'All changes');
    expect(kinds).toHaveDisplayValue('All changes');
  });

  it('starts at the first page of another kind of change', async () => {
    const user = userEvent.setup();
    show();
    await table('Past');
    await user.click(screen.getByRole('button', { name: 'Next page of Past' }));
    await waitFor(() =>
      expect(
        screen.getByRole('button', { name: 'Previous page of Past' }),
      ).toBeEnabled(),
    );
    await user.selectOptions(
      screen.getByLabelText('Kind of change'),
      'Storage quota',
    );
    await waitFor(() =>
      expect(
        screen.getByRole('button', { name: 'Previous page of Past' }),
      ).toBeDisabled(),
    );
  });

  it('keeps its filters in its address', async () => {
    const user = userEvent.setup();
    requests.platform = [locationRequest()];
    show('/?theme=dark');
    await table('Stuck');
    await user.selectOptions(screen.getByLabelText('State'), 'opened');
    await user.selectOptions(
      screen.getByLabelText('Kind of change'),
      'Backup location',
    );
    await user.type(screen.getByLabelText('Under cluster'), 'muc-1');
    const address = screen.getByLabelText('address');
    await waitFor(() =>
      expect(address).toHaveTextContent(
        '/?theme=dark&state=opened&change=velero-location&underCluster=muc-1',
      ),
    );
    await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(address).toHaveTextContent(/^\/\?theme=dark$/);
  });

  it('takes its filters from its address, as far as there are such states and changes', async () => {
    requests.platform = [locationRequest()];
    show('/?change=velero-location&underCluster=muc-1&state=lost');
    expect(await tenants('Open')).toEqual(['the platformon muc-1']);
    expect(screen.getByLabelText('Kind of change')).toHaveDisplayValue(
      'Backup location',
    );
    expect(screen.getByLabelText('State')).toHaveDisplayValue('All states');
    expect(screen.getByLabelText('Under cluster')).toHaveValue('muc-1');
  });

  it('says what the page is for where nothing was ever asked for', async () => {
    requests = {};
    show();
    expect(await screen.findByText('No requests yet')).toBeVisible();
    expect(screen.queryByRole('search')).not.toBeInTheDocument();
    expect(screen.queryByText('Nothing is open.')).not.toBeInTheDocument();
  });

  it('says that nothing is open where there only were requests once', async () => {
    requests = { 'only-past': requests['only-past'] };
    show();
    expect(await tenants('Past')).toHaveLength(2);
    expect(await screen.findByText('Nothing is open.')).toBeVisible();
    expect(screen.queryByRole('table', { name: 'Stuck' })).toBeNull();
  });

  it('says once why requests can’t be read, and tries again', async () => {
    const user = userEvent.setup();
    fails = 503;
    show();
    const alert = await screen.findByRole('alert', {
      name: 'The requests could not be read',
    });
    expect(alert).toHaveTextContent('The database is away');
    fails = undefined;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await tenants('Stuck')).toHaveLength(1);
    await waitFor(() =>
      expect(screen.queryByRole('alert')).not.toBeInTheDocument(),
    );
  });

  it('says once which Git host does not answer', async () => {
    errors = [
      {
        host: 'git.example.com',
        message: 'git.example.com answers 503.',
        since: ago(60),
      },
    ];
    show();
    await table('Past');
    await table('Stuck');
    expect(
      await screen.findAllByRole('note', {
        name: 'Requests may be further than is shown',
      }),
    ).toHaveLength(1);
  });
});
