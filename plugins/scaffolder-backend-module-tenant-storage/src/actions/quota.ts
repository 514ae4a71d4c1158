import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
  LoggerService,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import {
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { ScmIntegrationRegistry } from '@backstage/integration';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { ManifestRepository } from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  gitOpsSettingsOf,
  planQuota,
  readRepository,
  type ChangePlan,
  type GitOpsRepository,
  type QuotaFacts,
  type QuotaRequest,
  type RepositoryFiles,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { CHANGE_FOLDER, writeChangeFolder } from '../changeFolder';
import { assertNothingOfOthers } from '../commitsOfOthers';
import { assertSameRepository, recordsTheSame } from '../openRequest';
import {
  assertUserCredentials,
  publishTarget,
  type PublishTarget,
} from '../publishTarget';
import { assertNotRefused, refusalsOfRequest } from '../refusedRequest';
import { TenantStorageApi } from '../tenantStorageApi';
import { examples } from './quota.examples';

const DEFAULT_TIMEOUT_MS = 60_000;

interface Repository extends GitOpsRepository {
  told: ManifestRepository;
  target: PublishTarget;
}

interface Place {
  branch: string;
  repository: Repository;
}

type ReadFiles = (
  repository: ManifestRepository,
  branch: string | null,
) => Promise<RepositoryFiles>;

/** The live quota of the class, the smallest if there are several; null if there is none or it is not known. */
function liveQuotaOf({ limits, storageClass }: QuotaFacts): string | null {
  const key = `${storageClass}.storageclass.storage.k8s.io/requests.storage`;
  let live: bigint | null = null;
  for (const { key: each, hard } of limits) {
    if (each === key && (live === null || BigInt(hard) < live)) {
      live = BigInt(hard);
    }
  }
  return live === null ? null : `${live}`;
}

/** GitHub's API takes a team without its organisation. */
function teamName(team: string, provider: string): string {
  return provider === 'github' ? team.slice(team.lastIndexOf('/') + 1) : team;
}

/**
 * A trailer that tells the portal's own commits from those of others, and which size they propose: two tasks may publish in another order than
 * they recorded their requests in. The backend reads it.
 */
function commitMessageOf(
  { title }: ChangePlan,
  { underCluster, tenant, size }: QuotaRequest,
): string {
  return `${title}\n\nKmetal-Storage-Change: ${underCluster}/${tenant} quota ${size}`;
}

/** Lines of files may hold what a terminal or a browser's log acts upon. */
function withoutControls(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

function logPlan(logger: LoggerService, plan: ChangePlan): void {
  logger.info(plan.summary);
  logger.info(withoutControls(plan.diff).trimEnd());
  for (const { message } of plan.warnings) logger.warn(message);
}

/** Where a plan goes; undefined if there is nothing to propose. */
function placeOf(
  { branch, changed, repository }: ChangePlan,
  repositories: readonly Repository[],
): Place | undefined {
  const found = repositories.find(
    ({ settings }) =>
      settings.host === repository?.host &&
      settings.repository === repository.repository,
  );
  return changed && branch !== null && found
    ? { branch, repository: found }
    : undefined;
}

/** Whether the branch of the open request has the wish: what was recorded may never have been published. */
async function isOnBranch(
  planned: {
    request: QuotaRequest;
    repositories: readonly Repository[];
    facts: QuotaFacts;
  },
  place: Place,
  read: ReadFiles,
  logger: LoggerService,
): Promise<boolean> {
  try {
    const files = await read(place.repository.told, place.branch);
    const { changed, refusals } = planQuota({
      ...planned,
      repositories: planned.repositories.map(each =>
        each === place.repository ? { ...each, files } : each,
      ),
      audience: 'requester',
    });
    return !changed && refusals.length === 0;
  } catch (error) {
    if (!(error instanceof ServiceUnavailableError)) throw error;
    logger.warn(
      `What the open request proposes can't be read, so it is proposed again. ${error.message}`,
    );
    return false;
  }
}

/**
 * The action `kmetal:storage:quota`: plans another storage quota for a tenant, and writes the files that a pull request takes. It
 * publishes nothing.
 *
 * @param options.timeoutMs - how long the backend and the Git host may take, each; 60,000 unless told
 */
export function createQuotaAction(options: {
  auth: AuthService;
  discovery: DiscoveryService;
  urlReader: UrlReaderService;
  integrations: ScmIntegrationRegistry;
  requireScmUserCredentials: boolean;
  timeoutMs?: number;
}) {
  const { auth, integrations, requireScmUserCredentials, urlReader } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const api = new TenantStorageApi(options);

  function requesterOf(credentials: BackstageCredentials): string {
    if (auth.isPrincipal(credentials, 'user')) {
      return credentials.principal.userEntityRef;
    }
    throw new NotAllowedError(
      'Storage is asked for by a person, and this task was started by a service. Start it as somebody who is signed in.',
    );
  }

  function targetsOf(
    told: readonly ManifestRepository[],
    input: { underCluster: string; token?: string; providers?: string[] },
  ): PublishTarget[] {
    const { underCluster, token, providers } = input;
    if (told.length === 0) {
      throw new InputError(
        `underCluster: There is no repository to propose changes of ${underCluster} in. The platform team sets gitOps.repositories for it.`,
      );
    }
    if (token && new Set(told.map(({ host }) => host)).size > 1) {
      throw new InputError(
        `token: The repositories of ${underCluster} are on several Git hosts, and a token is for one of them only. Leave it out.`,
      );
    }
    return told.map((repository, index) => {
      const field = `gitOps.repositories[${index}]`;
      const target = publishTarget(repository, field, integrations);
      const { provider } = target;
      if (providers && !providers.includes(provider)) {
        throw new InputError(
          `${field}.url: This template can't propose a change on ${
            repository.host
          } (${provider}); it can on ${providers.join(
            ' and ',
          )}. The platform team adds a step that publishes there.`,
        );
      }
      assertUserCredentials({
        provider,
        host: repository.host,
        token,
        requireScmUserCredentials,
      });
      return target;
    });
  }

  return createTemplateAction({
    id: 'kmetal:storage:quota',
    description:
      "Plans a tenant's storage quota in its GitOps repository and writes the changed files to the workspace, for a publishing action to propose. Says in `changed` whether there is anything to publish.",
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        underCluster: z =>
          z.string().describe('The under cluster that the tenant is in'),
        tenant: z =>
          z.string().describe('The tenant: the name of its namespace there'),
        size: z =>
          z
            .string()
            .describe(
              "The whole quota of the tenants' storage class, as a Kubernetes quantity such as `60Gi`",
            ),
        reason: z =>
          z
            .string()
            .describe(
              'Why, in the words of who asks; the approver decides by it',
            ),
        allowBelowUse: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Set by who knows that a quota below what is used blocks every new volume. Default: `false`',
            ),
        token: z =>
          z
            .string()
            .optional()
            .describe(
              "The user's token for the Git host, to read the repository with; the portal's own credentials unless told",
            ),
        providers: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'The types of Git hosts that the steps after this one publish to, such as `github`; a quota that is kept elsewhere is refused. Any unless told',
            ),
      },
      output: {
        changed: z =>
          z
            .boolean()
            .describe(
              'Whether there is anything to publish: `false` if Git says so already, or an open request does',
            ),
        branch: z =>
          z
            .string()
            .describe(
              'The one branch for this quota, so that asking twice is one pull request',
            ),
        title: z => z.string().describe('The title of the pull request'),
        description: z =>
          z
            .string()
            .describe('The description of the pull request, as Markdown'),
        commitMessage: z =>
          z
            .string()
            .describe(
              "The message of the commit; its last line tells the portal's commits from those of others",
            ),
        sourcePath: z =>
          z
            .string()
            .describe(
              'The folder of the workspace with the changed files, under their paths in the repository',
            ),
        files: z =>
          z
            .array(
              z.object({
                path: z.string().describe('The path in the repository'),
                status: z
                  .enum(['created', 'changed', 'deleted'])
                  .describe('What becomes of the file'),
              }),
            )
            .describe('The files that the change writes'),
        repoUrl: z =>
          z
            .string()
            .describe(
              'The repository for a publishing action, such as `github.com?owner=acme&repo=fleet`',
            ),
        host: z => z.string().describe('The Git host, such as `github.com`'),
        provider: z =>
          z
            .string()
            .describe(
              'The type of the Git host as under `integrations`, such as `github` or `gitlab`',
            ),
        targetBranch: z =>
          z
            .string()
            .optional()
            .describe(
              "The branch to propose the change for; absent for the repository's default branch",
            ),
        reviewers: z =>
          z
            .array(z.string())
            .optional()
            .describe('Who is asked to review; absent if nobody is'),
        teamReviewers: z =>
          z
            .array(z.string())
            .optional()
            .describe('The teams that are asked to review; absent if none is'),
        openPullRequest: z =>
          z
            .string()
            .optional()
            .describe(
              'Address of the pull request that is open for this quota; absent if there is none',
            ),
        summary: z =>
          z.string().describe('What it comes to, in words for who asks'),
      },
    },
    async handler(ctx) {
      const { logger } = ctx;
      const { token, providers, ...change } = ctx.input;
      const signal = () =>
        AbortSignal.any([
          AbortSignal.timeout(timeoutMs),
          ...(ctx.signal ? [ctx.signal] : []),
        ]);
      const read: ReadFiles = async ({ url }, branch) => {
        const reading = { token, signal: ctx.signal, timeoutMs };
        return (await readRepository(urlReader, { url, branch }, reading))
          .files;
      };

      const initiator = await ctx.getInitiatorCredentials();
      const request: QuotaRequest = {
        ...change,
        requester: requesterOf(initiator),
      };
      // What is wrong with the request itself is said before anybody is asked for anything.
      assertNotRefused(refusalsOfRequest(request));
      const told = await api.quotaFacts(change, initiator, signal());
      const { facts, openRequest: open, reviewers } = told;
      assertNotRefused(refusalsOfRequest(request, facts));
      const targets = targetsOf(told.repositories, ctx.input);
      const repositories = await Promise.all(
        told.repositories.map(
          async (each, index): Promise<Repository> => ({
            told: each,
            target: targets[index],
            settings: gitOpsSettingsOf(each),
            files: await read(each, each.branch),
          }),
        ),
      );

      const planned = { request, repositories, facts };
      // The task's log and a dry run's result are read by the requester, so they say what a requester may see.
      const shown = planQuota({ ...planned, audience: 'requester' });
      assertNotRefused(shown.refusals);
      const place = placeOf(shown, repositories);
      if (open?.request.pullRequest) {
        ctx.output('openPullRequest', open.request.pullRequest.url);
      }
      const finishUnchanged = (summary: string) => {
        logger.info(summary);
        ctx.output('changed', false);
        ctx.output('files', []);
        ctx.output('summary', summary);
      };
      if (!place) {
        finishUnchanged(
          open?.request.pullRequest
            ? `${shown.summary} The open request ${open.request.pullRequest.url} still asks for ${open.request.size}; the platform team closes it if that is not wanted any more.`
            : shown.summary,
        );
        return;
      }
      const { branch, repository } = place;
      ctx.output('branch', branch);
      if (open) {
        assertSameRepository(open, repository.settings);
        if (
          recordsTheSame(open, request, shown, repository.target.provider) &&
          (await isOnBranch(planned, place, read, logger))
        ) {
          finishUnchanged(
            `The open request ${open.request.pullRequest?.url} asks for ${change.size} already; nothing more is needed.`,
          );
          return;
        }
      }
      assertNothingOfOthers(told, { ...repository.settings, branch }, logger);

      logPlan(logger, shown);
      let proposed = shown;
      if (ctx.isDryRun) {
        // Files may hold the quotas of others, so there is the diff instead.
        await writeChangeFolder(ctx.workspacePath, [
          { path: 'change.diff', content: shown.diff },
          { path: 'description.md', content: shown.body },
        ]);
        logger.info('This is a dry run: nothing is recorded.');
      } else {
        proposed = planQuota({ ...planned, audience: 'approver' });
        await writeChangeFolder(ctx.workspacePath, proposed.files);
        await api.record(
          {
            ...change,
            change: 'quota',
            host: repository.settings.host,
            repository: repository.settings.repository,
            before: liveQuotaOf(facts),
          },
          initiator,
          signal(),
        );
      }

      const { provider, repoUrl } = repository.target;
      ctx.output('changed', true);
      ctx.output('title', proposed.title);
      ctx.output('description', proposed.body);
      ctx.output('commitMessage', commitMessageOf(proposed, request));
      ctx.output('sourcePath', CHANGE_FOLDER);
      ctx.output(
        'files',
        proposed.files.map(({ path, status }) => ({ path, status })),
      );
      ctx.output('repoUrl', repoUrl);
      ctx.output('host', repository.settings.host);
      ctx.output('provider', provider);
      ctx.output('summary', shown.summary);
      // What is not set is left out of the publishing action's input, which takes no empty values.
      if (repository.told.branch !== null) {
        ctx.output('targetBranch', repository.told.branch);
      }
      if (reviewers.users.length > 0) {
        ctx.output('reviewers', [...reviewers.users]);
      }
      if (reviewers.teams.length > 0) {
        ctx.output(
          'teamReviewers',
          reviewers.teams.map(team => teamName(team, provider)),
        );
      }
    },
  });
}
