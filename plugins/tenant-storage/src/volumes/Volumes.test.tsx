import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { tenantSignalChannel } from '@kmetal/backstage-plugin-tenant-storage-common';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { signalsInMemory } from '../../dev/signalsInMemory';
import { tenantCases, TenantCase, volumeNumber } from '../../dev/tenants';
import { answerTo } from '../../dev/tenantStorageServer';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { TenantStorageClient } from '../api/TenantStorageClient';
import { Volumes } from './Volumes';

describe('Volumes', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  const signals = signalsInMemory();
  let cases: Record<string, TenantCase>;
  let asked: URLSearchParams[];
  /** Why no volumes can be had. */
  let problem: string | undefined;
  /** A cursor that the backend takes no more. */
  let refusedCursor: string | undefined;

  beforeEach(() => {
    cases = tenantCases();
    asked = [];
    problem = undefined;
    refusedCursor = undefined;
    server.use(
      http.get('http://backend.test/api/*', async ({ request }) => {
        const url = new URL(request.url);
        if (url.pathname.endsWith('/volumes')) asked.push(url.searchParams);
        const refuse = (status: number, name: string, message: string) =>
          HttpResponse.json(
            { error: { name, message }, response: { statusCode: status } },
            { status },
          );
        if (problem) return refuse(503, 'ServiceUnavailableError', problem);
        if (refusedCursor && url.searchParams.get('cursor') === refusedCursor) {
          return refuse(400, 'InputError', 'cursor can’t be read');
        }
        const answer = answerTo(url, cases)!;
        return HttpResponse.json(answer.body, { status: answer.status });
      }),
    );
  });

  function show(tenant: string, tenantClusters: string[] = []) {
    renderInTestApp(
      <Volumes
        tenantClass="tenant-storage-class"
        underCluster="muc-1"
        tenant={tenant}
        tenantClusters={tenantClusters}
        now={Date.now()}
      />,
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

  const lastAsked = () => Object.fromEntries(asked[asked.length - 1]);
  const names = () =>
    screen
      .getAllByRole('rowheader')
      .map(cell => cell.querySelector('[title]')!.getAttribute('title'));
  const rowOf = async (uid: string) =>
    (await screen.findByText(uid)).closest('tr')!;

  it('asks for the first page, those that do not work first', async () => {
    show('alpha');
    await screen.findAllByRole('rowheader');
    expect(lastAsked()).toEqual({ sort: '-state', limit: '25' });
    expect(screen.getAllByText('1–10 of 10')[0]).toBeInTheDocument();
  });

  it('says each state in words, with the reason', async () => {
    show('alpha');
    const [, first] = await waitFor(() => {
      const rows = screen.getAllByRole('row');
      expect(rows.length).toBeGreaterThan(9);
      return rows;
    });
    expect(first).toHaveTextContent('Does not work');
    const refused = screen
      .getByText('A volume does not fit into the quota')
      .closest('tr')!;
    expect(refused).toHaveTextContent('not charged');
    expect(
      screen.getByText('Being deleted', { selector: 'td *' }),
    ).toBeVisible();
    expect(screen.getByText('In progress', { selector: 'td *' })).toBeVisible();
    expect(screen.getByText('Waiting', { selector: 'td *' })).toBeVisible();
  });

  it('names the class only of volumes that are of another than the tenant’s', async () => {
    show('alpha');
    await screen.findAllByText('Filesystem');
    expect(screen.queryByText('tenant-storage-class')).toBeNull();
  });

  it('names helpers and what they serve', async () => {
    show('alpha');
    const helper = (await screen.findByTitle(/^prime-/)).closest('tr')!;
    expect(helper).toHaveTextContent('Being filled, for');
  });

  it('sends the search to the backend once typing rests, and takes it back', async () => {
    // Without a pause between the keys, however slow the machine is.
    const user = userEvent.setup({ delay: null });
    show('many');
    await screen.findAllByRole('rowheader');
    await user.type(
      screen.getByRole('textbox', { name: /^Search/ }),
      'worker-2',
    );
    await waitFor(() => expect(lastAsked().search).toBe('worker-2'));
    expect(new Set(asked.map(query => query.get('search')))).toEqual(
      new Set([null, 'worker-2']),
    );
    await user.click(screen.getByRole('button', { name: 'Clear the search' }));
    await waitFor(() => expect(lastAsked().search).toBeUndefined());
  });

  it('sends the states chosen, by keyboard', async () => {
    const user = userEvent.setup();
    show('alpha');
    await screen.findAllByRole('rowheader');
    const group = within(
      screen.getByRole('group', { name: 'Filter by state' }),
    );
    const broken = group.getByRole('button', { name: 'Does not work' });
    broken.focus();
    await user.keyboard(' ');
    await waitFor(() => expect(lastAsked().state).toBe('error'));
    expect(broken).toHaveAttribute('aria-pressed', 'true');
    await user.tab();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(lastAsked().state).toBe('error,waiting'));
    await waitFor(() => expect(names()).toHaveLength(3));
  });

  it('sends the tenant cluster and the kind chosen', async () => {
    const user = userEvent.setup();
    show('alpha', ['alpha-prod', 'alpha-dev']);
    await screen.findAllByRole('rowheader');
    await user.selectOptions(
      screen.getByRole('combobox', { name: 'Tenant cluster' }),
      'alpha-dev',
    );
    await waitFor(() => expect(lastAsked().tenantCluster).toBe('alpha-dev'));
    await user.selectOptions(
      screen.getByRole('combobox', { name: 'Kind' }),
      'Worker’s disk',
    );
    await waitFor(() => expect(lastAsked().purpose).toBe('vmDisk'));
    expect(await screen.findByText('No volume matches')).toBeVisible();
    await user.click(
      screen.getByRole('button', { name: 'Clear search and filters' }),
    );
    await waitFor(() => expect(names()).toHaveLength(10));
    expect(lastAsked()).toEqual({ sort: '-state', limit: '25' });
  });

  it('sorts by a column and back, and tells screen readers how', async () => {
    const user = userEvent.setup();
    show('alpha');
    await screen.findAllByRole('rowheader');
    const header = screen.getByRole('columnheader', { name: /Charged size/ });
    await user.click(within(header).getByRole('button'));
    await waitFor(() => expect(lastAsked().sort).toBe('charged'));
    expect(header).toHaveAttribute('aria-sort', 'ascending');
    await user.click(within(header).getByRole('button'));
    await waitFor(() => expect(lastAsked().sort).toBe('-charged'));
    expect(header).toHaveAttribute('aria-sort', 'descending');

    const age = screen.getByRole('columnheader', { name: /Age/ });
    within(age).getByRole('button').focus();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(lastAsked().sort).toBe('createdAt'));
    // What was created first is the oldest.
    expect(age).toHaveAttribute('aria-sort', 'descending');
  });

  it('turns pages forth and back', async () => {
    const user = userEvent.setup();
    show('many');
    expect((await screen.findAllByText('1–25 of 132'))[0]).toBeInTheDocument();
    const first = names();
    const previous = screen.getByRole('button', { name: 'Previous page' });
    expect(previous).toBeDisabled();
    await user.click(screen.getByRole('button', { name: 'Next page' }));
    await screen.findAllByText('26–50 of 132');
    expect(lastAsked().cursor).toBe('25');
    expect(names()).not.toEqual(first);
    await user.click(previous);
    await screen.findAllByText('1–25 of 132');
    expect(names()).toEqual(first);
  });

  it('starts at the first page when the question changes', async () => {
    const user = userEvent.setup();
    show('many');
    await screen.findAllByText('1–25 of 132');
    await user.click(screen.getByRole('button', { name: 'Next page' }));
    await screen.findAllByText('26–50 of 132');
    await user.click(screen.getByRole('button', { name: 'Works' }));
    await waitFor(() => expect(lastAsked().state).toBe('ok'));
    expect(lastAsked().cursor).toBeUndefined();
  });

  it('goes back to the first page when the backend takes a cursor no more', async () => {
    const user = userEvent.setup();
    show('many');
    await screen.findAllByText('1–25 of 132');
    refusedCursor = '25';
    await user.click(screen.getByRole('button', { name: 'Next page' }));
    await waitFor(() =>
      expect(asked.map(query => query.get('cursor'))).toContain('25'),
    );
    await waitFor(() => expect(lastAsked().cursor).toBeUndefined());
    await screen.findAllByText('1–25 of 132');
  });

  it('copies the command that finds the claim', async () => {
    const user = userEvent.setup();
    show('healthy');
    const [button] = await screen.findAllByRole('button', {
      name: /^Copy the command that finds claim/,
    });
    let written = () => {};
    const write = jest
      .spyOn(navigator.clipboard, 'writeText')
      .mockImplementationOnce(
        () =>
          new Promise(resolve => {
            written = resolve;
          }),
      );
    await user.click(button);
    expect(write).toHaveBeenCalledWith(
      expect.stringMatching(/^kubectl get pvc -A .*\| grep '/),
    );
    // It is said for a moment only, and in the tooltip as well if that is open by then.
    const said = screen.findByText('Copied', { selector: '[role=status]' });
    written();
    expect(await said).toBeInTheDocument();
  });

  it('opens a row by keyboard: exact sizes, what is wrong, events', async () => {
    const user = userEvent.setup();
    show('alpha');
    await screen.findAllByRole('rowheader');
    const row = await rowOf('Its node is gone');
    const button = within(row).getByRole('button', { name: /^Show details/ });
    expect(button).toHaveAttribute('aria-expanded', 'false');
    button.focus();
    await user.keyboard('{Enter}');
    expect(button).toHaveAttribute('aria-expanded', 'true');
    const details = document.getElementById(
      button.getAttribute('aria-controls')!,
    )!;
    await within(details).findByText('ErrExceededQuota');
    expect(details).toHaveTextContent('Requested2 Gi (2,147,483,648 bytes)');
    expect(details).toHaveTextContent(
      'Ask the platform team whether worker-9 comes back.',
    );
    expect(details).toHaveTextContent('9 times');
    await user.keyboard('{Enter}');
    expect(button).toHaveAttribute('aria-expanded', 'false');
  });

  it('shows a volume that appears, on a signal, and keeps what is open', async () => {
    const user = userEvent.setup();
    show('healthy');
    await screen.findAllByText('1–6 of 6');
    await user.click(
      screen.getAllByRole('button', { name: /^Show details/ })[0],
    );
    cases.healthy.volumes.push(volumeNumber(77));
    act(() => signals.signal(tenantSignalChannel('muc-1', 'healthy')));
    await screen.findAllByText('1–7 of 7');
    expect(
      screen.getAllByRole('button', { name: /^Hide details/ }),
    ).toHaveLength(1);
  });

  it('says why volumes can’t be read, and tries again', async () => {
    const user = userEvent.setup();
    problem = 'The under cluster is not read yet';
    show('healthy');
    expect(
      await screen.findByText('The under cluster is not read yet'),
    ).toBeVisible();
    problem = undefined;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(names()).toHaveLength(6));
  });

  it('says that events are unknown where they can’t be seen', async () => {
    const user = userEvent.setup();
    server.use(
      http.get(
        'http://backend.test/api/tenant-storage/v1/under-clusters/muc-1/tenants/healthy/volumes/:name',
        () =>
          HttpResponse.json({
            volume: cases.healthy.volumes[0],
            events: null,
            freshness: cases.healthy.tenant.freshness,
            errors: [],
          }),
      ),
    );
    show('healthy');
    const [button] = await screen.findAllByRole('button', {
      name: /^Show details/,
    });
    await user.click(button);
    expect(
      await screen.findByText('Events can’t be seen, so this is unknown.'),
    ).toBeVisible();
  });
});
