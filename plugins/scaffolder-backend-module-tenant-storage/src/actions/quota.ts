import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  changeTrailer,
  classLimitOf,
  planQuota,
  type QuotaRequest,
  type RepositoryFiles,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { CHANGE_FOLDER, writeChangeFolder } from '../changeFolder';
import { filesReader, readTargetBranches } from '../changeRepository';
import { assertNothingOfOthers } from '../commitsOfOthers';
import { assertSameRepository, recordsTheSame } from '../openRequest';
import {
  finishChanged,
  finishUnchanged,
  isOnBranch,
  logPlan,
  placeOf,
  proposalInput,
  proposalOutput,
} from '../proposal';
import { publishTargets } from '../publishTarget';
import { assertNotRefused, refusalsOfRequest } from '../refusedRequest';
import { requesterOf } from '../requester';
import { TenantStorageApi } from '../tenantStorageApi';
import { DEFAULT_TIMEOUT_MS, type ChangeActionOptions } from './options';
import { examples } from './quota.examples';

/**
 * The action `kmetal:storage:quota`: plans another storage quota for a tenant, and writes the files that a pull request takes. It
 * publishes nothing.
 */
export function createQuotaAction(options: ChangeActionOptions) {
  const { auth, urlReader } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const api = new TenantStorageApi(options);

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
        allowBelowUse: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Set by who knows that a quota below what is used blocks every new volume. Default: `false`',
            ),
        ...proposalInput,
      },
      output: proposalOutput,
    },
    async handler(ctx) {
      const { logger } = ctx;
      const { token, providers, ...change } = ctx.input;
      const signal = () =>
        AbortSignal.any([
          AbortSignal.timeout(timeoutMs),
          ...(ctx.signal ? [ctx.signal] : []),
        ]);
      const read = filesReader(urlReader, {
        token,
        signal: ctx.signal,
        timeoutMs,
      });

      const initiator = await ctx.getInitiatorCredentials();
      const request: QuotaRequest = {
        ...change,
        requester: requesterOf(auth, initiator),
      };
      // What is wrong with the request itself is said before anybody is asked for anything.
      assertNotRefused(refusalsOfRequest(request));
      const told = await api.quotaFacts(change, initiator, signal());
      const { facts, openRequest: open, reviewers } = told;
      assertNotRefused(refusalsOfRequest(request, facts));
      const targets = publishTargets(told.repositories, ctx.input, options);
      const repositories = await readTargetBranches(
        told.repositories,
        targets,
        read,
      );

      const planned = { request, repositories, facts };
      // The task's log and a dry run's result are read by the requester, so they say what a requester may see.
      const shown = planQuota({ ...planned, audience: 'requester' });
      assertNotRefused(shown.refusals);
      const place = placeOf(shown, repositories);
      if (open?.request.pullRequest) {
        ctx.output('openPullRequest', open.request.pullRequest.url);
      }
      if (!place) {
        finishUnchanged(
          ctx,
          open?.request.pullRequest
            ? `${shown.summary} The open request ${open.request.pullRequest.url} still asks for ${open.request.size}; the platform team closes it if that is not wanted any more.`
            : shown.summary,
        );
        return;
      }
      const { branch, repository } = place;
      ctx.output('branch', branch);
      if (open) {
        assertSameRepository(open, repository.settings, 'quota');
        const { sizeBytes } = open.request;
        const isRecorded = recordsTheSame(open, {
          sameWish:
            sizeBytes !== null &&
            BigInt(sizeBytes) === parseQuantity(request.size),
          reason: request.reason,
          plan: shown,
          provider: repository.target.provider,
        });
        const says = (files: RepositoryFiles) => {
          const { changed, refusals } = planQuota({
            ...planned,
            repositories: repositories.map(each =>
              each === repository ? { ...each, files } : each,
            ),
            audience: 'requester',
          });
          return !changed && refusals.length === 0;
        };
        if (isRecorded && (await isOnBranch(place, read, says, logger))) {
          finishUnchanged(
            ctx,
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
        await writeChangeFolder(ctx.workspacePath, CHANGE_FOLDER, [
          { path: 'change.diff', content: shown.diff },
          { path: 'description.md', content: shown.body },
        ]);
        logger.info('This is a dry run: nothing is recorded.');
      } else {
        proposed = planQuota({ ...planned, audience: 'approver' });
        await writeChangeFolder(
          ctx.workspacePath,
          CHANGE_FOLDER,
          proposed.files,
        );
        await api.record(
          {
            ...change,
            change: 'quota',
            host: repository.settings.host,
            repository: repository.settings.repository,
            before: classLimitOf(facts)?.hard ?? null,
          },
          initiator,
          signal(),
        );
      }
      const { underCluster, tenant, size } = request;
      finishChanged(ctx, {
        plan: proposed,
        place,
        reviewers,
        summary: shown.summary,
        sourcePath: CHANGE_FOLDER,
        trailer: changeTrailer(
          { underCluster, change: 'quota', object: tenant },
          size,
        ),
      });
    },
  });
}
