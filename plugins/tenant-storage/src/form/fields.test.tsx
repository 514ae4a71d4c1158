import { translationApiRef } from '@backstage/frontend-plugin-api';
import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { ScmAuthApi, scmAuthApiRef } from '@backstage/integration-react';
import {
  CustomFieldValidator,
  FieldExtensionOptions,
  SecretsContextProvider,
  useTemplateSecrets,
} from '@backstage/plugin-scaffolder-react';
import { Stepper } from '@backstage/plugin-scaffolder-react/alpha';
import { TestApiRegistry } from '@backstage/test-utils';
import { QuotaChange } from '@kmetal/backstage-plugin-tenant-storage-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { next, pressNext } from '../../dev/formSteps';
import {
  PreviewCase,
  quotaPreview,
  answerAboutChanges,
} from '../../dev/quotaPreviews';
import { requestThrough, step } from '../../dev/storageRequests';
import { gi, tenantCases, tenantNamed, TenantCase } from '../../dev/tenants';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { TenantStorageClient } from '../api/TenantStorageClient';
import { fieldOptions } from './fields';
import { validateTenant } from './validation';

type FieldValidation = Parameters<CustomFieldValidator<unknown>>[1];

const BACKEND = 'http://backend.test/api/tenant-storage/v1';

// As the template has them: what is needed on the first page, the preview on the second.
const template = {
  title: 'Request more storage',
  steps: [
    {
      title: 'What is needed',
      schema: {
        type: 'object',
        required: ['tenant', 'size', 'reason'],
        properties: {
          tenant: {
            title: 'Tenant',
            type: 'object',
            'ui:field': 'KmetalTenantPicker',
          },
          size: {
            title: 'New size',
            description: 'The **whole** quota.',
            type: 'string',
            'ui:field': 'KmetalQuotaSize',
          },
          reason: { title: 'Reason', type: 'string' },
        },
      },
    },
    {
      title: 'Before it is sent',
      schema: {
        type: 'object',
        properties: {
          preview: {
            title: 'Preview',
            type: 'string',
            'ui:field': 'KmetalQuotaPreview',
          },
        },
      },
    },
  ],
};

describe('the form fields', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let cases: Record<string, TenantCase>;
  let previews: Record<string, PreviewCase>;
  let asked: QuotaChange[];
  /** Whether no preview can be had. */
  let isAway: boolean;

  beforeEach(() => {
    const { alpha, healthy } = tenantCases();
    isAway = false;
    cases = { alpha, healthy };
    previews = {};
    asked = [];
    // The Stepper scrolls up at each step; jsdom can't.
    jest.spyOn(window, 'scrollTo').mockReturnValue();
    server.use(
      http.all('http://backend.test/api/*', async ({ request }) => {
        const body =
          request.method === 'POST' ? await request.json() : undefined;
        if (body) asked.push(body as QuotaChange);
        if (body && isAway) return HttpResponse.error();
        const answer = answerAboutChanges(
          { url: new URL(request.url), method: request.method, body },
          cases,
          previews,
        );
        return answer
          ? HttpResponse.json(answer.body, { status: answer.status })
          : new HttpResponse(null, { status: 404 });
      }),
    );
  });

  const onCreate = jest.fn();

  let secrets: Record<string, string>;
  function Secrets() {
    secrets = useTemplateSecrets().secrets;
    return null;
  }

  function show(
    initialState: Record<string, never> | object = {},
    portal: { manifest?: typeof template; scmAuth?: ScmAuthApi } = {},
  ) {
    onCreate.mockReset();
    return renderInTestApp(
      <SecretsContextProvider>
        <Secrets />
        <Stepper
          manifest={portal.manifest ?? template}
          extensions={
            Object.values(fieldOptions) as unknown as FieldExtensionOptions[]
          }
          initialState={initialState as Record<string, never>}
          onCreate={onCreate}
        />
      </SecretsContextProvider>,
      {
        apis: [
          // What is undefined is no API: a portal that has none.
          [scmAuthApiRef, portal.scmAuth as ScmAuthApi],
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
      },
    );
  }

  const alphaPicked = { tenant: { underCluster: 'muc-1', tenant: 'alpha' } };
  const size = () => screen.findByLabelText(/New size/);

  async function type(text: string) {
    const field = await size();
    await userEvent.clear(field);
    await userEvent.type(field, text);
  }

  describe('the tenant', () => {
    const tenant = () => screen.findByRole('combobox');
    const words = () =>
      screen.findByRole('textbox', {
        name: /Tenant/,
      }) as Promise<HTMLInputElement>;

    it('can be picked among those that one may ask for, with what they use', async () => {
      cases.foreign = {
        title: '',
        tenant: tenantNamed('foreign', { canRequest: false }),
        volumes: [],
      };
      show();
      await tenant();
      await userEvent.click(await words());
      const options = await screen.findAllByRole('option');
      expect(options.map(option => option.textContent)).toEqual([
        'alpha on Munich (muc-1)8.2 of 10 Gi (82 %)',
        'healthy on Munich (muc-1)18.5 of 50 Gi (37 %)',
      ]);
      await userEvent.click(options[1]);
      await waitFor(async () =>
        expect(await words()).toHaveValue('healthy on Munich (muc-1)'),
      );
      expect(
        await screen.findByText('In use: 18.5 of 50 Gi (37 %)'),
      ).toBeInTheDocument();
    });

    it('is searched for by the backend', async () => {
      show();
      await userEvent.type(await words(), 'heal');
      await waitFor(() =>
        expect(
          screen.getAllByRole('option').map(option => option.textContent),
        ).toEqual(['healthy on Munich (muc-1)18.5 of 50 Gi (37 %)']),
      );
    });

    it('is picked already if there is only one', async () => {
      delete cases.healthy;
      show();
      await waitFor(async () =>
        expect(await words()).toHaveValue('alpha on Munich (muc-1)'),
      );
    });

    it('says why there is none to pick', async () => {
      cases = {};
      show();
      expect(
        await screen.findByText('There is no tenant that you may ask for'),
      ).toBeInTheDocument();
      expect(
        screen.getByText(/ask the platform team to name your team/),
      ).toBeInTheDocument();
    });

    it('stays filled in where one may not ask for it, says so and does not let one go on', async () => {
      show({
        tenant: { underCluster: 'muc-1', tenant: 'gone' },
        size: '60Gi',
        reason: 'Reports',
      });
      expect(
        await screen.findByText('gone can’t be asked for by you'),
      ).toBeInTheDocument();
      expect(await words()).toHaveValue('gone on muc-1');
      await next();
      expect(
        (await screen.findAllByText(/your team doesn’t own it/)).length,
      ).toBeGreaterThan(1);
      expect(screen.queryByText('Preview')).not.toBeInTheDocument();
    });

    it('must be picked', async () => {
      show({ size: '60Gi', reason: 'Reports' });
      await size();
      await next();
      expect(await words()).toBeInvalid();
      expect(
        screen.queryByRole('group', { name: 'Preview' }),
      ).not.toBeInTheDocument();
    });

    it('is none where a link fills in half of one', async () => {
      const field = { addError: jest.fn() };
      await validateTenant(
        { underCluster: 'muc-1', tenant: '' },
        field as unknown as FieldValidation,
        {
          apiHolder: TestApiRegistry.from(
            [translationApiRef, mockApis.translation()],
            [tenantStorageApiRef, {}],
          ),
          formData: {},
          schema: {},
        },
      );
      expect(field.addError).toHaveBeenCalledWith(
        'Pick the tenant that needs storage.',
      );
    });

    it('keeps what is filled in when the tenants can’t be listed', async () => {
      server.use(
        http.get(`${BACKEND}/tenants`, () =>
          HttpResponse.json(
            { error: { name: 'X', message: 'Permissions can’t be checked' } },
            { status: 503 },
          ),
        ),
      );
      show(alphaPicked);
      expect(
        await screen.findByText('The tenants can’t be listed right now'),
      ).toBeInTheDocument();
      expect(await words()).toHaveValue('alpha on muc-1');
      expect(
        screen.getByText(/It is checked again when it is sent/),
      ).toBeInTheDocument();
    });
  });

  describe('the size', () => {
    const meter = (name: string) => screen.findByRole('meter', { name });

    it('is the smallest that lets waiting volumes in, until one types another', async () => {
      show(alphaPicked);
      await waitFor(async () => expect(await size()).toHaveValue('14Gi'));
      const waiting = await screen.findByText('1 volume waits for quota');
      await waitFor(() =>
        expect(waiting.parentElement).toHaveTextContent(/takes 5.3 Gi: fits/),
      );
      await type('12');
      await waitFor(() =>
        expect(waiting.parentElement).toHaveTextContent(/does not fit/),
      );
      await userEvent.click(
        screen.getByRole('button', {
          name: /Use 14 Gi: with that, every volume that waits fits/,
        }),
      );
      await waitFor(async () => expect(await size()).toHaveValue('14Gi'));
    });

    it('tells beside what waits how large a new volume may be', async () => {
      show({ ...alphaPicked, size: '14Gi' });
      expect(
        await screen.findByText('Largest new volume besides what waits:', {
          exact: false,
        }),
      ).toBeInTheDocument();
      await type('11Gi');
      await waitFor(() => {
        expect(screen.queryByText(/besides what waits/)).toBeNull();
        expect(screen.getAllByText(/Largest new volume:/)).toHaveLength(2);
      });
    });

    it('is empty where nothing waits', async () => {
      show({ tenant: { underCluster: 'muc-1', tenant: 'healthy' } });
      await meter('Use of the quota now');
      expect(await size()).toHaveValue('');
      expect(
        screen.queryByRole('button', { name: /^Use / }),
      ).not.toBeInTheDocument();
    });

    it('moves the bar at once, and says what would fit then', async () => {
      show({ tenant: { underCluster: 'muc-1', tenant: 'healthy' } });
      expect(await meter('Use of the quota now')).toHaveAttribute(
        'aria-valuetext',
        '18.5 of 50 Gi (37 %)',
      );
      await type('100Gi');
      expect(await meter('Use of the new quota')).toHaveAttribute(
        'aria-valuetext',
        '18.5 of 100 Gi (18 %)',
      );
      expect(await screen.findByText('76.8 Gi')).toBeInTheDocument();
    });

    it('is understood as people write it, and says what is understood', async () => {
      show({ ...alphaPicked, size: '20Gi', reason: 'Reports' });
      await type('1.5 tib');
      expect(
        screen.getByText(
          'Understood as 1.5Ti: 1.5 Ti, 1,649,267,441,664 bytes',
        ),
      ).toBeInTheDocument();
      await type('60');
      expect(
        screen.getByText('Understood as 60Gi: 60 Gi, 64,424,509,440 bytes'),
      ).toBeInTheDocument();
      await next();
      expect(
        await screen.findByText(/from 10Gi to 60Gi\.$/),
      ).toBeInTheDocument();
    });

    it('says what is no size, with the backend’s remedy, and does not let one go on', async () => {
      show({ ...alphaPicked, size: '20Gi', reason: 'Reports' });
      await type('plenty');
      expect(
        await screen.findByText('Give a size such as 20Gi.'),
      ).toBeInTheDocument();
      // The backend says it better, and so it is said once.
      expect(
        screen.queryByText(/can’t be understood as a size/),
      ).not.toBeInTheDocument();
      expect(await size()).toBeInvalid();
      await next();
      expect(
        (await screen.findAllByText(/"plenty" is no size/)).length,
      ).toBeGreaterThan(0);
      expect(await size()).toHaveValue('plenty');
    });

    it('shows what the backend refuses and warns of', async () => {
      previews.alpha = {
        warnings: [
          { code: 'liveDiffers', message: 'Git says something else.' },
        ],
      };
      show({ ...alphaPicked, size: '20Gi' });
      expect(
        await screen.findByText(/Git says something else/),
      ).toBeInTheDocument();
      await type('5Gi');
      expect(
        await screen.findByText(/8.2 Gi are in use, more than 5Gi/),
      ).toBeInTheDocument();
      expect(
        screen.queryByText(/Git says something else/),
      ).not.toBeInTheDocument();
    });

    it('says the problem, the remedy and the file of a refusal once each beside the field', async () => {
      show({ ...alphaPicked, size: '20Gi', reason: 'Reports' });
      server.use(
        http.post(`${BACKEND}/changes/quota/preview`, async ({ request }) => {
          const change = (await request.json()) as QuotaChange;
          return HttpResponse.json({
            ...quotaPreview(cases.alpha, change),
            refusals: [
              {
                code: 'notScalar',
                field: null,
                message: 'The quota is no single value.',
                remedy: 'Correct the path.',
                file: 'alpha.yaml',
                line: 3,
              },
            ],
          });
        }),
      );
      await type('30Gi');
      const list = await screen.findByRole('list', {
        name: 'What stands in the way',
      });
      expect(list).toHaveTextContent(
        /^The quota is no single value\. Correct the path\.\s?In alpha\.yaml, line 3$/,
      );
      await next();
      expect(
        (
          await screen.findAllByText(
            'The quota is no single value. Correct the path. In alpha.yaml, line 3',
          )
        ).length,
      ).toBeGreaterThan(0);
      // The form says it now.
      expect(
        screen.queryByRole('list', { name: 'What stands in the way' }),
      ).not.toBeInTheDocument();
    });

    it('drops an answer that comes after the next has been asked for', async () => {
      let letGo = () => {};
      const held = new Promise<void>(resolve => {
        letGo = resolve;
      });
      const answered: string[] = [];
      server.use(
        http.post(`${BACKEND}/changes/quota/preview`, async ({ request }) => {
          const change = (await request.json()) as QuotaChange;
          asked.push(change);
          if (change.size === '5Gi') await held;
          answered.push(change.size);
          return HttpResponse.json(quotaPreview(cases.alpha, change));
        }),
      );
      show({ ...alphaPicked, size: '20Gi' });
      await type('5Gi');
      await waitFor(() => expect(asked.map(a => a.size)).toContain('5Gi'));
      await type('30Gi');
      await waitFor(() => expect(answered).toContain('30Gi'));
      letGo();
      await waitFor(() => expect(answered).toContain('5Gi'));
      expect(
        screen.queryByText(/are in use, more than 5Gi/),
      ).not.toBeInTheDocument();
      expect(await size()).toHaveValue('30Gi');
    });

    it('asks once for what is typed in one go', async () => {
      show({ ...alphaPicked, size: '20Gi' });
      await meter('Use of the new quota');
      const before = asked.length;
      // Without a pause between the keys, however slow the machine is.
      const typist = userEvent.setup({ delay: null });
      await typist.type(await size(), '12345Mi', {
        initialSelectionStart: 0,
        initialSelectionEnd: 4,
      });
      await waitFor(() => expect(asked.map(a => a.size)).toContain('12345Mi'));
      expect(asked.slice(before).map(a => a.size)).toEqual(['12345Mi']);
    });

    it('loses nothing that was typed when the backend can’t be reached, and asks again when told', async () => {
      show({ ...alphaPicked, size: '20Gi' });
      await meter('Use of the new quota');
      isAway = true;
      await type('30Gi');
      expect(
        await screen.findByText('What this would mean can’t be told right now'),
      ).toBeInTheDocument();
      expect(await size()).toHaveValue('30Gi');
      expect(await meter('Use of the new quota')).toHaveAttribute(
        'aria-valuetext',
        '8.2 of 30 Gi (27 %)',
      );
      isAway = false;
      await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
      await waitFor(() =>
        expect(
          screen.queryByText('What this would mean can’t be told right now'),
        ).not.toBeInTheDocument(),
      );
      await waitFor(() =>
        expect(screen.getAllByText(/Largest new volume/)).toHaveLength(2),
      );
    });

    it('says that a request is open, and that a new wish takes its place', async () => {
      previews.alpha = {
        openRequest: requestThrough([step('opened', 60, 'alice')], {
          size: '20Gi',
          sizeBytes: gi(20),
        }),
      };
      show({ ...alphaPicked, size: '30Gi' });
      expect(
        await screen.findByText('20 Gi have been asked for already'),
      ).toBeInTheDocument();
      expect(
        screen.getByText(/it takes the place of that one/),
      ).toBeInTheDocument();
      expect(
        screen.getByRole('link', { name: /See the request/ }),
      ).toHaveAttribute('href', expect.stringContaining('/pull/'));
      await type('20Gi');
      expect(
        await screen.findByText(/^alice asked for just that/),
      ).toBeInTheDocument();
      expect(screen.queryByText(/takes the place/)).not.toBeInTheDocument();
    });

    it('proposes anew when another tenant is picked, and keeps what somebody typed', async () => {
      show(alphaPicked);
      await waitFor(async () => expect(await size()).toHaveValue('14Gi'));
      await userEvent.click(screen.getByRole('textbox', { name: /Tenant/ }));
      await userEvent.click(
        await screen.findByRole('option', { name: /healthy/ }),
      );
      await waitFor(async () => expect(await size()).toHaveValue(''));
      await type('70Gi');
      await userEvent.click(screen.getByRole('textbox', { name: /Tenant/ }));
      await userEvent.click(
        await screen.findByRole('option', { name: /alpha/ }),
      );
      await screen.findByRole('button', { name: /Use 14 Gi/ });
      expect(await size()).toHaveValue('70Gi');
    });
  });

  describe('the preview', () => {
    const wish = { ...alphaPicked, size: '20Gi', reason: 'Nightly reports' };

    async function preview(initialState: object = wish) {
      show(initialState);
      await screen.findByRole('meter', { name: 'Use of the new quota' });
      await next();
      return screen.findByRole('group', { name: 'Preview' });
    }

    it('shows the lines that change, and what that means', async () => {
      const page = await preview();
      const diff = await screen.findByRole('region', {
        name: 'The lines that would change',
      });
      expect(
        Array.from(diff.querySelectorAll('ins'), line => line.textContent),
      ).toEqual([
        '+    tenant-storage-class.storageclass.storage.k8s.io/requests.storage: 20Gi   # agreed with the team at the start\n',
      ]);
      expect(diff.querySelectorAll('del')).toHaveLength(1);
      const table = within(page).getByRole('table');
      expect(
        within(table)
          .getAllByRole('row')
          .map(row => Array.from(row.children, cell => cell.textContent)),
      ).toEqual([
        ['', 'Now', 'Then'],
        ['Storage quota', '10 Gi', '20 Gi'],
        ['Used', '8.2 of 10 Gi (82 %)', '8.2 of 20 Gi (41 %)'],
        ['Largest new volume', '1.1 Gi', '6 Gi besides what waits'],
      ]);
      expect(page).toHaveTextContent(/takes 5.3 Gi: fits/);
      expect(page).toHaveTextContent(
        'The quota covers what is in use: yes. 8.2 Gi are in use.',
      );
      expect(page).toHaveTextContent('can’t be told. The live quota');
      expect(page).toHaveTextContent('Nightly reports');
      expect(asked[asked.length - 1]).toEqual({
        ...alphaPicked.tenant,
        size: '20Gi',
        reason: 'Nightly reports',
      });
    });

    it('leads on to sending', async () => {
      await preview();
      await next();
      await userEvent.click(
        await screen.findByRole('button', { name: 'Create' }),
      );
      expect(onCreate).toHaveBeenCalledWith({
        ...wish,
        preview: '20Gi for alpha on muc-1',
      });
    });

    it('says why a change is refused, and does not let one go on', async () => {
      const page = await preview();
      await within(page).findByRole('table');
      server.use(
        http.post(`${BACKEND}/changes/quota/preview`, async ({ request }) => {
          const change = (await request.json()) as QuotaChange;
          return HttpResponse.json({
            ...quotaPreview(cases.alpha, change),
            refusals: [
              {
                code: 'ownedElsewhere',
                field: null,
                message: 'The quota is rendered by the chart kmetal.',
                remedy: 'Ask in its values file.',
                file: 'charts/kmetal.yaml',
                line: 7,
              },
            ],
          });
        }),
      );
      await next();
      expect(
        (
          await screen.findAllByText(
            'The quota is rendered by the chart kmetal. Ask in its values file. In charts/kmetal.yaml, line 7',
          )
        ).length,
      ).toBeGreaterThan(0);
      expect(
        screen.queryByRole('button', { name: 'Create' }),
      ).not.toBeInTheDocument();
    });

    it('takes blanks for no reason, before anything is sent', async () => {
      show({ ...alphaPicked, size: '20Gi', reason: '  ' });
      await size();
      await next();
      expect(
        await screen.findByRole('alert', { name: 'This can’t be asked for' }),
      ).toHaveTextContent('There is no reason.');
      await next();
      expect(
        (await screen.findAllByText(/There is no reason\./)).length,
      ).toBeGreaterThan(1);
      expect(onCreate).not.toHaveBeenCalled();
    });

    it('lets one go on when the repository can’t be read now, and says that it is checked again', async () => {
      previews.alpha = {
        repositoryProblem: 'git.example.com does not answer.',
      };
      const page = await preview();
      expect(
        await within(page).findByText(
          /git.example.com does not answer. You can go on: it is checked again/,
        ),
      ).toBeInTheDocument();
      expect(within(page).getByRole('table')).toBeInTheDocument();
      await next();
      expect(
        await screen.findByRole('button', { name: 'Create' }),
      ).toBeInTheDocument();
    });

    it('lets one go on when the backend can’t be reached', async () => {
      const page = await preview();
      await within(page).findByRole('table');
      isAway = true;
      await next();
      expect(
        await screen.findByRole('button', { name: 'Create' }),
      ).toBeInTheDocument();
    });

    it('does not let one go on before it has been answered, if it is refused', async () => {
      let letGo = () => {};
      const held = new Promise<void>(resolve => {
        letGo = resolve;
      });
      server.use(
        http.post(`${BACKEND}/changes/quota/preview`, async ({ request }) => {
          const change = (await request.json()) as QuotaChange;
          const isPreview = change.reason !== undefined;
          if (isPreview) await held;
          return HttpResponse.json({
            ...quotaPreview(cases.alpha, change),
            refusals: isPreview
              ? [
                  {
                    code: 'reasonInvalid',
                    field: 'reason',
                    message: 'Nobody understands it.',
                    remedy: 'Say more.',
                    file: null,
                    line: null,
                  },
                ]
              : [],
          });
        }),
      );
      await preview();
      await pressNext();
      letGo();
      expect(
        (await screen.findAllByText(/Nobody understands it. Say more./)).length,
      ).toBeGreaterThan(0);
      expect(
        screen.queryByRole('button', { name: 'Create' }),
      ).not.toBeInTheDocument();
    });

    it('says that there is nothing to change', async () => {
      const page = await preview({ ...wish, size: '10Gi' });
      expect(
        await within(page).findByText('There is nothing to change'),
      ).toBeInTheDocument();
      expect(page).toHaveTextContent('is 10Gi already.');
    });

    describe('of what is sent in one’s own name', () => {
      const scmAuth = { getCredentials: jest.fn() };
      const [needed, before] = template.steps;
      const inOnesOwnName = {
        ...template,
        steps: [
          needed,
          {
            ...before,
            schema: {
              ...before.schema,
              properties: {
                preview: {
                  ...before.schema.properties.preview,
                  'ui:options': {
                    requestUserCredentials: {
                      secretsKey: 'USER_OAUTH_TOKEN',
                      additionalScopes: { github: ['workflow'] },
                    },
                  },
                },
              },
            },
          },
        ],
      } as unknown as typeof template;

      beforeEach(() => scmAuth.getCredentials.mockReset());

      async function previewInOnesOwnName(
        initialState: object = wish,
        signIn: ScmAuthApi | undefined = scmAuth,
      ) {
        show(initialState, { manifest: inOnesOwnName, scmAuth: signIn });
        await screen.findByRole('meter', { name: 'Use of the new quota' });
        await next();
        return screen.findByRole('group', { name: 'Preview' });
      }
      const toSend = () => screen.findByRole('button', { name: 'Create' });

      it('asks the Git host’s sign-in for a token that may write, which becomes a secret and nothing else', async () => {
        scmAuth.getCredentials.mockResolvedValue({
          token: 'token-of-alice',
          headers: {},
        });
        await previewInOnesOwnName();
        expect(
          await screen.findByText(
            'It is sent in your name: going on asks you to sign in to git.example.com.',
          ),
        ).toBeInTheDocument();
        expect(scmAuth.getCredentials).not.toHaveBeenCalled();
        await next();
        await userEvent.click(await toSend());
        expect(scmAuth.getCredentials.mock.calls).toEqual([
          [
            {
              url: 'https://git.example.com/kmetal/fleet',
              additionalScope: {
                repoWrite: true,
                customScopes: { github: ['workflow'] },
              },
            },
          ],
        ]);
        expect(secrets).toEqual({ USER_OAUTH_TOKEN: 'token-of-alice' });
        expect(JSON.stringify(onCreate.mock.calls)).not.toContain('token');
        expect(document.body).not.toHaveTextContent('token-of-alice');
      });

      it('says that one is not signed in, and asks anew when one goes on again', async () => {
        scmAuth.getCredentials
          .mockRejectedValueOnce(new Error('Login failed, popup was closed'))
          .mockResolvedValueOnce({ token: '', headers: {} })
          .mockResolvedValueOnce({ token: 'token-of-alice', headers: {} });
        await previewInOnesOwnName();
        await screen.findByRole('table');
        await next();
        expect(
          await screen.findAllByText(
            /not signed in to git.example.com: Login failed, popup was closed. Go on again to sign in./,
          ),
        ).not.toHaveLength(0);
        await next();
        expect(
          await screen.findAllByText(/the sign-in gave no token/),
        ).not.toHaveLength(0);
        expect(secrets).toEqual({});
        await next();
        await toSend();
        expect(secrets).toEqual({ USER_OAUTH_TOKEN: 'token-of-alice' });
      });

      it('says that a portal has no sign-in', async () => {
        show(wish, { manifest: inOnesOwnName });
        await screen.findByRole('meter', { name: 'Use of the new quota' });
        await next();
        await screen.findByRole('table');
        await next();
        expect(
          await screen.findAllByText(/this portal has no sign-in to Git hosts/),
        ).not.toHaveLength(0);
      });

      it('does not ask for a token for what can’t be sent', async () => {
        const page = await previewInOnesOwnName({ ...wish, size: '10Gi' });
        await within(page).findByText('There is nothing to change');
        await next();
        expect(
          await screen.findAllByText(/so there is nothing to send/),
        ).not.toHaveLength(0);
        expect(scmAuth.getCredentials).not.toHaveBeenCalled();
      });

      it('does not let one go on while it is not known where one would sign in', async () => {
        previews.alpha = {
          repositoryProblem: 'git.example.com does not answer.',
        };
        await previewInOnesOwnName();
        await screen.findByText(/git.example.com does not answer/);
        await next();
        expect(
          await screen.findAllByText(
            /can’t be told right now. Nothing is lost/,
          ),
        ).not.toHaveLength(0);
        isAway = true;
        await next();
        expect(
          await screen.findAllByText(
            /can’t be told right now. Nothing is lost/,
          ),
        ).not.toHaveLength(0);
        expect(scmAuth.getCredentials).not.toHaveBeenCalled();
        expect(
          screen.queryByRole('button', { name: 'Create' }),
        ).not.toBeInTheDocument();
      });

      it('asks for nothing unless the template says so', async () => {
        show(wish, { scmAuth });
        await screen.findByRole('meter', { name: 'Use of the new quota' });
        await next();
        await screen.findByRole('table');
        await next();
        await toSend();
        expect(scmAuth.getCredentials).not.toHaveBeenCalled();
        expect(secrets).toEqual({});
      });
    });

    it('asks for a tenant where there is none', async () => {
      show({ size: '20Gi', reason: 'x' });
      await size();
      expect(
        await screen.findByText(/Pick a tenant first/),
      ).toBeInTheDocument();
    });
  });
});
