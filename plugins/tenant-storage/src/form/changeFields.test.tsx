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
import {
  StorageChangePreviewWish,
  UnderClusterList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { backupLocation } from '../../dev/backupLocation';
import {
  ChangePreviewCase,
  answerAboutPlatform,
  changePreviewCases,
  locationRequest,
  underClusterList,
} from '../../dev/changePreviews';
import { next } from '../../dev/formSteps';
import { tenantNamed } from '../../dev/tenants';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { TenantStorageClient } from '../api/TenantStorageClient';
import { fieldOptions } from './fields';
import { validateUnderCluster } from './validation';

type FieldValidation = Parameters<CustomFieldValidator<unknown>>[1];

describe('the form fields of a platform change', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let underClusters: UnderClusterList;
  let preview: ChangePreviewCase;
  /** Of the location `archive`, which a form may propose after that. */
  let nextPreview: ChangePreviewCase;
  let asked: StorageChangePreviewWish[];
  /** What the backend answers with instead, if not what it should; 0 is no answer. */
  let fails: number | undefined;

  beforeEach(() => {
    underClusters = underClusterList();
    preview = {};
    nextPreview = {};
    asked = [];
    fails = undefined;
    // The Stepper scrolls up at each step; jsdom can't.
    jest.spyOn(window, 'scrollTo').mockReturnValue();
    server.use(
      http.all('http://backend.test/api/*', async ({ request }) => {
        const { method } = request;
        const body = method === 'POST' ? await request.json() : undefined;
        if (body) asked.push(body as StorageChangePreviewWish);
        if (fails === 0) return HttpResponse.error();
        if (fails) {
          return HttpResponse.json(
            { error: { name: 'Error', message: 'That is not for you' } },
            { status: fails },
          );
        }
        const answer = answerAboutPlatform(
          { url: new URL(request.url), method, body },
          underClusters,
          { minio: preview, archive: nextPreview },
        )!;
        return HttpResponse.json(answer.body, { status: answer.status });
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
    initialState: object = {},
    manifest = backupLocation,
    scmAuth?: ScmAuthApi,
  ) {
    onCreate.mockReset();
    return renderInTestApp(
      <SecretsContextProvider>
        <Secrets />
        <Stepper
          manifest={manifest}
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
          [scmAuthApiRef, scmAuth as ScmAuthApi],
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

  describe('the under cluster', () => {
    const picker = () =>
      screen.findByRole('combobox', { name: /Under cluster/ });
    const names = async () =>
      within(await picker())
        .getAllByRole('option')
        .map(option => option.textContent);

    it('is one of those that one may see', async () => {
      show();
      await waitFor(async () =>
        expect(await names()).toEqual(['Pick one', 'Munich (muc-1)', 'ber-2']),
      );
      expect(await picker()).toHaveValue('');
      await userEvent.selectOptions(await picker(), 'ber-2');
      expect(await picker()).toHaveValue('ber-2');
    });

    it('is picked already if there is only one', async () => {
      underClusters.items.pop();
      show();
      await waitFor(async () => expect(await picker()).toHaveValue('muc-1'));
    });

    it('stays filled in where it is not among those', async () => {
      show({ underCluster: 'gone-9' });
      await waitFor(async () =>
        expect(await names()).toEqual([
          'Pick one',
          'gone-9',
          'Munich (muc-1)',
          'ber-2',
        ]),
      );
      expect(await picker()).toHaveValue('gone-9');
    });

    it('must be picked', async () => {
      show({ reason: 'Backups' });
      await waitFor(async () => expect(await names()).toHaveLength(3));
      await next();
      expect(await picker()).toBeInvalid();
      expect(
        screen.queryByRole('group', { name: 'Preview' }),
      ).not.toBeInTheDocument();
    });

    it('is none where a link fills in nothing', async () => {
      const field = { addError: jest.fn() };
      const context = {
        apiHolder: TestApiRegistry.from(
          [translationApiRef, mockApis.translation()],
          [tenantStorageApiRef, {}],
        ),
        formData: {},
        schema: {},
      };
      await validateUnderCluster(
        '',
        field as unknown as FieldValidation,
        context,
      );
      expect(field.addError.mock.calls).toEqual([
        ['Pick the under cluster whose storage is changed.'],
      ]);
    });

    it('says why there is none', async () => {
      underClusters = underClusterList({
        items: [],
        emptyBecause: 'No under cluster is configured.',
      });
      show();
      expect(
        await screen.findByRole('note', {
          name: 'There is no under cluster that you may see',
        }),
      ).toHaveTextContent('No under cluster is configured.');
    });

    it('says that there may be more', async () => {
      underClusters.incomplete = 'The catalog has not answered.';
      show();
      expect(
        await screen.findByText('The catalog has not answered.'),
      ).toBeVisible();
    });

    it('says that they can’t be listed, keeps what is filled in, and asks again when told', async () => {
      fails = 503;
      show({ underCluster: 'muc-1' });
      expect(
        await screen.findByText('The under clusters can’t be listed right now'),
      ).toBeInTheDocument();
      expect(await picker()).toHaveValue('muc-1');
      fails = undefined;
      await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
      await waitFor(async () =>
        expect(await names()).toContain('Munich (muc-1)'),
      );
      expect(
        screen.queryByText('The under clusters can’t be listed right now'),
      ).not.toBeInTheDocument();
      expect(await picker()).toHaveValue('muc-1');
    });
  });

  describe('the preview', () => {
    const wish = {
      underCluster: 'muc-1',
      name: 'minio',
      bucket: 'velero-muc-1',
      reason: 'Backups leave the under cluster.',
    };

    async function page(initialState: object = wish) {
      show(initialState);
      await screen.findByRole('option', { name: 'Munich (muc-1)' });
      await next();
      return screen.findByRole('group', { name: 'Preview' });
    }
    const section = (name: string) => screen.findByRole('region', { name });
    const toSend = () => screen.findByRole('button', { name: 'Create' });

    it('says what it comes to, with the lines that change and where', async () => {
      const group = await page();
      expect(
        await screen.findByText(
          'Velero keeps backups of muc-1 in bucket velero-muc-1, as location minio.',
        ),
      ).toBeVisible();
      const diff = await section('The lines that would change');
      expect(
        Array.from(diff.querySelectorAll('ins'), line => line.textContent),
      ).toContain('+    bucket: velero-muc-1\n');
      expect(group).toHaveTextContent('git.example.com/kmetal/fleet');
      expect(group).toHaveTextContent(wish.reason);
    });

    it('says what it means; what is not known is a dash and no word', async () => {
      await page();
      const table = await screen.findByRole('table', { name: 'What it means' });
      expect(
        within(table)
          .getAllByRole('row')
          .map(row => Array.from(row.children, cell => cell.textContent)),
      ).toEqual([
        ['', 'Now', 'Then', 'To know'],
        ['Default location', 'default', 'default', ''],
        [
          'Location minio',
          '–',
          'bucket velero-muc-1',
          'Velero checks a new location within a minute.',
        ],
        [
          'Backups that the location holds already',
          '–',
          '–',
          'Can’t be told before Velero has read it.',
        ],
      ]);
    });

    it('says of every condition whether it is met', async () => {
      const group = await page();
      await screen.findByRole('table');
      expect(group).toHaveTextContent(/Velero is there: yes\./);
      expect(group).toHaveTextContent(/minio-credentials is there: no\./);
      expect(group).toHaveTextContent(
        /The bucket velero-muc-1 is there: can’t be told\./,
      );
    });

    it('sends what is filled in, without what is empty, the reason and itself', async () => {
      await page({ ...wish, prefix: '', servers: [], tls: { caCert: '' } });
      await screen.findByRole('table');
      expect(asked[asked.length - 1]).toEqual({
        underCluster: 'muc-1',
        reason: wish.reason,
        input: { name: 'minio', bucket: 'velero-muc-1' },
      });
    });

    it('leads on to proposing', async () => {
      await page();
      await screen.findByRole('table');
      await next();
      await userEvent.click(await toSend());
      expect(onCreate).toHaveBeenCalledWith({
        ...wish,
        preview:
          'Velero keeps backups of muc-1 in bucket velero-muc-1, as location minio.',
      });
    });

    it('follows what is changed in the form', async () => {
      await page();
      await screen.findByRole('table');
      await userEvent.click(screen.getByRole('button', { name: 'Back' }));
      const bucket = await screen.findByRole('textbox', { name: 'Bucket' });
      await userEvent.clear(bucket);
      await userEvent.type(bucket, 'archive');
      await next();
      expect(await screen.findByText(/in bucket archive, as/)).toBeVisible();
      expect(screen.queryByText(/in bucket velero-muc-1/)).toBeNull();
    });

    it('warns', async () => {
      preview = changePreviewCases().minio;
      await page();
      expect(
        await screen.findByText(/What is in the Secret .* is not read here/),
      ).toBeVisible();
    });

    it('says that a change of the same is open', async () => {
      preview = { openRequest: locationRequest() };
      await page();
      const note = await screen.findByRole('note', {
        name: 'This is being changed already',
      });
      expect(note).toHaveTextContent(
        'Open is: Backup location minio in muc-1: bucket velero-muc-1.',
      );
      expect(within(note).getByRole('link')).toHaveAttribute(
        'href',
        expect.stringContaining('/pull/'),
      );
    });

    it('says that a change of the same is past being replaced', async () => {
      preview = {
        openRequest: { ...locationRequest(), state: 'merged' },
      };
      await page();
      expect(
        await screen.findByRole('note', {
          name: 'This is being changed already',
        }),
      ).toHaveTextContent('What you propose is a request of its own.');
    });

    it('reads the repository again when told', async () => {
      preview = changePreviewCases().unread;
      await page();
      const note = await screen.findByRole('note', {
        name: 'What exactly would change can’t be shown right now',
      });
      preview = {};
      await userEvent.click(
        within(note).getByRole('button', { name: 'Try again' }),
      );
      expect(await section('The lines that would change')).toBeVisible();
      expect(
        screen.queryByText(/git\.example\.com does not answer/),
      ).not.toBeInTheDocument();
    });

    it('says why a change is refused and what to do, and does not let one go on', async () => {
      preview = changePreviewCases().refused;
      await page();
      const why = await screen.findByRole('list', {
        name: 'What stands in the way',
      });
      expect(why).toHaveTextContent(
        /is rendered by the HelmRelease velero\/velero\. Change it in the values of that release\.\s?In clusters\/muc-1\/velero\/release\.yaml, line 31/,
      );
      expect(screen.queryByRole('table')).not.toBeInTheDocument();
      await next();
      expect(
        (
          await screen.findAllByText(
            /rendered by the HelmRelease velero\/velero\. Change it/,
          )
        ).length,
      ).toBeGreaterThan(0);
      expect(screen.queryByRole('button', { name: 'Create' })).toBeNull();
    });

    it('says that there is nothing to change', async () => {
      preview = changePreviewCases().unchanged;
      await page();
      expect(
        await screen.findByRole('note', { name: 'There is nothing to change' }),
      ).toHaveTextContent('If you go on, nothing is proposed.');
    });

    it('lets one go on when the repository can’t be read now, and says that it is checked again', async () => {
      preview = changePreviewCases().unread;
      await page();
      expect(
        await screen.findByText(
          /git.example.com does not answer. You can go on: it is checked again/,
        ),
      ).toBeVisible();
      await next();
      expect(await toSend()).toBeVisible();
    });

    it('says that what it is worked out from is old', async () => {
      preview = {
        freshness: {
          ...tenantNamed('any').freshness,
          state: 'stale',
          since: '2026-01-01T00:00:00Z',
        },
      };
      await page();
      expect(await screen.findByText(/not confirmed since/i)).toBeVisible();
    });

    it('says that the backend can’t be reached, asks again when told, and lets one go on', async () => {
      show(wish);
      await screen.findByRole('option', { name: 'Munich (muc-1)' });
      fails = 0;
      await next();
      expect(
        await screen.findByText('What this would mean can’t be told right now'),
      ).toBeVisible();
      fails = undefined;
      await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
      expect(await screen.findByRole('table')).toBeVisible();
      expect(
        screen.queryByText('What this would mean can’t be told right now'),
      ).not.toBeInTheDocument();
      fails = 0;
      await next();
      expect(await toSend()).toBeVisible();
    });

    describe('of a form that proposes it in one’s own name', () => {
      const scmAuth = { getCredentials: jest.fn() };
      const inOnesOwnName = structuredClone(backupLocation);
      const [, { schema }] = inOnesOwnName.steps;
      const { preview: field } = schema.properties as Record<
        string,
        Record<string, unknown>
      >;
      field['ui:options'] = {
        change: 'velero-location',
        requestUserCredentials: { secretsKey: 'USER_OAUTH_TOKEN' },
      };

      beforeEach(() => scmAuth.getCredentials.mockReset());

      async function previewInOnesOwnName() {
        show(wish, inOnesOwnName, scmAuth);
        await screen.findByRole('option', { name: 'Munich (muc-1)' });
        await next();
        return screen.findByRole('group', { name: 'Preview' });
      }

      it('asks the Git host’s sign-in for a token that may write, which becomes a secret and nothing else', async () => {
        scmAuth.getCredentials.mockResolvedValue({
          token: 'token-of-petra',
          headers: {},
        });
        await previewInOnesOwnName();
        expect(
          await screen.findByText(/asks you to sign in to git\.example\.com/),
        ).toBeVisible();
        await next();
        await userEvent.click(await toSend());
        expect(scmAuth.getCredentials.mock.calls).toEqual([
          [
            {
              url: 'https://git.example.com/kmetal/fleet',
              additionalScope: { repoWrite: true },
            },
          ],
        ]);
        expect(secrets).toEqual({ USER_OAUTH_TOKEN: 'token-of-petra' });
        expect(JSON.stringify(onCreate.mock.calls)).not.toContain('token');
      });

      it('does not let one go on without it', async () => {
        scmAuth.getCredentials.mockRejectedValue(new Error('popup was closed'));
        await previewInOnesOwnName();
        await screen.findByRole('table');
        await next();
        expect(
          await screen.findAllByText(
            /not signed in to git\.example\.com: popup was closed/,
          ),
        ).not.toHaveLength(0);
        fails = 503;
        await next();
        expect(
          await screen.findAllByText(/can’t be told right now. Nothing is/),
        ).not.toHaveLength(0);
        expect(screen.queryByRole('button', { name: 'Create' })).toBeNull();
        expect(secrets).toEqual({});
      });

      it('asks for none where nothing is proposed', async () => {
        preview = changePreviewCases().unchanged;
        await previewInOnesOwnName();
        await screen.findByText('There is nothing to change');
        await next();
        expect(
          await screen.findAllByText(/so there is nothing to propose/),
        ).not.toHaveLength(0);
        expect(scmAuth.getCredentials).not.toHaveBeenCalled();
      });

      it('asks for none of what is refused', async () => {
        preview = changePreviewCases().refused;
        await previewInOnesOwnName();
        await screen.findByRole('list', { name: 'What stands in the way' });
        await next();
        expect(
          (
            await screen.findAllByText(
              /rendered by the HelmRelease velero\/velero\. Change it/,
            )
          ).length,
        ).toBeGreaterThan(0);
        expect(scmAuth.getCredentials).not.toHaveBeenCalled();
      });
    });

    describe('of a form that proposes another change after it', () => {
      /** The form, which proposes the location `archive` too where there is a prefix. */
      const twoInOne = structuredClone(backupLocation);
      const [, { schema }] = twoInOne.steps;
      const { preview: field } = schema.properties as Record<
        string,
        Record<string, unknown>
      >;
      field['ui:options'] = {
        change: 'velero-location',
        followedBy: [
          {
            title: 'Then the archive',
            when: { prefix: 'daily' },
            input: { name: 'archive' },
          },
        ],
      };
      const both = { ...wish, prefix: 'daily' };
      const first = { name: 'minio', bucket: 'velero-muc-1', prefix: 'daily' };

      async function pageOfBoth(initialState: object = both) {
        show(initialState, twoInOne);
        await screen.findByRole('option', { name: 'Munich (muc-1)' });
        await next();
        return screen.findByRole('group', { name: 'Preview' });
      }
      const then = () =>
        screen.findByRole('group', { name: 'Then the archive' });

      it('shows both, the second as it is after the first', async () => {
        await pageOfBoth();
        const second = within(await then());
        expect(await second.findByText(/as location archive\./)).toBeVisible();
        expect(
          await second.findByRole('region', {
            name: 'The lines that would change',
          }),
        ).toHaveTextContent('name: archive');
        expect(screen.getByText(/as location minio\./)).toBeVisible();
        expect(asked).toContainEqual({
          underCluster: 'muc-1',
          reason: wish.reason,
          input: first,
        });
        expect(asked).toContainEqual({
          underCluster: 'muc-1',
          reason: wish.reason,
          input: { ...first, name: 'archive' },
          after: [first],
        });
      });

      it('shows the first alone where the form proposes only that', async () => {
        await pageOfBoth({ ...wish, prefix: 'weekly' });
        expect(await screen.findByText(/as location minio\./)).toBeVisible();
        expect(
          screen.queryByRole('group', { name: 'Then the archive' }),
        ).toBeNull();
        expect(asked.filter(({ after }) => after)).toEqual([]);
      });

      it('does not let one go on with what is refused of the second', async () => {
        nextPreview = changePreviewCases().refused;
        await pageOfBoth();
        const second = within(await then());
        expect(
          await second.findByText(/rendered by the HelmRelease velero\/velero/),
        ).toBeVisible();
        await next();
        expect(
          (
            await screen.findAllByText(
              /rendered by the HelmRelease velero\/velero\. Change it/,
            )
          ).length,
        ).toBeGreaterThan(0);
        expect(screen.queryByRole('button', { name: 'Create' })).toBeNull();
      });
    });

    it('does not let one go on with what is not theirs to change', async () => {
      await page();
      await screen.findByRole('table');
      fails = 403;
      await next();
      expect(
        (await screen.findAllByText(/That is not for you/)).length,
      ).toBeGreaterThan(0);
      expect(screen.queryByRole('button', { name: 'Create' })).toBeNull();
    });
  });
});
