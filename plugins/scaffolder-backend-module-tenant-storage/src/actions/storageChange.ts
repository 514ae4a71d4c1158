import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import {
  changeTrailer,
  GitOpsError,
  planStorageChange,
  quotaReason,
  readEarlierChanges,
  readStorageChange,
  refusalOf,
  storageChangeBranch,
  storageChangeFingerprint,
  type ChangePlan,
  type RepositoryFiles,
  type StorageChange,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { writeStorageChange } from '../changeFolder';
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
import { filesToPublish, saysTheSame } from '../publishedFiles';
import { publishTargets } from '../publishTarget';
import { assertNotRefused } from '../refusedRequest';
import { requesterOf } from '../requester';
import { TenantStorageApi } from '../tenantStorageApi';
import { DEFAULT_TIMEOUT_MS, type ChangeActionOptions } from './options';
import { examplesOf } from './storageChange.examples';

/** What a template gives besides the change's own fields. */
interface Asked extends JsonObject {
  underCluster: string;
  reason: string;
  token?: string;
  providers?: string[];
  after?: JsonObject[];
}

/** What is wrong with a wish whatever the under cluster and Git are like, and the name of what it changes. */
function checked(
  change: StorageChange,
  { after = [], underCluster, reason }: Asked,
  input: JsonObject,
): string {
  const wrong: GitOpsError[] = [];
  const checking = <T>(check: () => T): T | undefined => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof GitOpsError)) throw error;
      wrong.push(error);
      return undefined;
    }
  };
  const request = checking(() => readStorageChange(change, input));
  const object = request === undefined ? undefined : change.objectOf(request);
  checking(() => storageChangeBranch(change, underCluster, object ?? 'object'));
  checking(() => quotaReason(reason));
  if (request !== undefined) {
    checking(() => readEarlierChanges(change, after));
  }
  assertNotRefused(wrong.map(error => refusalOf(error, 'approver')));
  return object ?? '';
}

function isUnchanged({ changed, refusals }: ChangePlan): boolean {
  return !changed && refusals.length === 0;
}

/**
 * The action of one kind of change of an under cluster's storage: plans it, and writes the files that a pull request takes. It publishes
 * nothing. Whoever starts the task needs the permission for changes of the under cluster, so that they may see all of the plan.
 */
export function createStorageChangeAction(
  change: StorageChange,
  options: ChangeActionOptions,
) {
  const { auth, urlReader } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const api = new TenantStorageApi(options);

  return createTemplateAction({
    id: change.action,
    description: change.description,
    examples: examplesOf(change),
    supportsDryRun: true,
    schema: {
      input: {
        underCluster: zod =>
          zod.string().describe('The under cluster whose storage is changed'),
        ...change.fields,
        ...proposalInput,
        after: zod =>
          zod
            .array(zod.record(zod.unknown()))
            .max(10)
            .optional()
            .describe(
              'For a dry run, which records nothing: the output `asked` of the steps before this one whose changes this one comes after. Otherwise what is recorded tells',
            ),
      },
      output: {
        ...proposalOutput,
        asked: zod =>
          zod
            .record(zod.unknown())
            .describe(
              "The change's own fields, as they were filled in: for `after` of a later step",
            ),
        filesToDelete: zod =>
          zod
            .array(zod.string())
            .optional()
            .describe(
              'The files that the change deletes, by their paths in the repository; absent if there are none',
            ),
        deletionPath: zod =>
          zod
            .string()
            .optional()
            .describe(
              'For actions that delete what is in a folder: the folder of the workspace with a file for each of `filesToDelete`; absent if there are none',
            ),
        deletionCommitMessage: zod =>
          zod
            .string()
            .optional()
            .describe(
              'The message of the commit that deletes, where deleting takes a commit of its own, before the other; absent if nothing is deleted',
            ),
      },
    },
    async handler(ctx) {
      const { logger } = ctx;
      const asked = ctx.input as Asked;
      const {
        after,
        underCluster,
        reason,
        token,
        providers: _,
        ...given
      } = asked;
      // What a form leaves empty is not there.
      const input: JsonObject = Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      );
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
      const requester = requesterOf(auth, initiator);
      // What is wrong with the request itself is said before anybody is asked for anything.
      const object = checked(change, asked, input);
      ctx.output('asked', input);
      const told = await api.storageChangeFacts(
        change.kind,
        { underCluster, reason, input },
        initiator,
        signal(),
      );
      const { facts, openRequest: open, reviewers } = told;
      const targets = publishTargets(told.repositories, asked, options);
      const repositories = await readTargetBranches(
        told.repositories,
        targets,
        read,
      );

      const planned = {
        underCluster,
        input,
        reason,
        requester,
        facts,
        after: ctx.isDryRun ? after : undefined,
      };
      const plan = planStorageChange(change, { ...planned, repositories });
      assertNotRefused(plan.refusals);
      const place = placeOf(plan, repositories);
      const pullRequest = open?.request.pullRequest;
      if (pullRequest) ctx.output('openPullRequest', pullRequest.url);
      if (!place) {
        finishUnchanged(
          ctx,
          pullRequest
            ? `${plan.summary} The request ${pullRequest.url} is still open (${open?.request.title}); close it if that is not wanted any more.`
            : plan.summary,
        );
        return;
      }
      const { branch, repository } = place;
      ctx.output('branch', branch);
      const wish = storageChangeFingerprint(input);
      if (open) {
        assertSameRepository(open, repository.settings, 'object');
        const isRecorded = recordsTheSame(open, {
          // Where the backend does not say what was recorded, the branch alone tells.
          sameWish: open.wish === undefined || open.wish === wish,
          reason,
          plan,
          provider: repository.target.provider,
        });
        const says = (files: RepositoryFiles) =>
          saysTheSame(plan.files, repository.files, files) ||
          (open.wish === wish &&
            isUnchanged(
              planStorageChange(change, {
                ...planned,
                repositories: repositories.map(each =>
                  each === repository ? { ...each, files } : each,
                ),
              }),
            ));
        if (isRecorded && (await isOnBranch(place, read, says, logger))) {
          finishUnchanged(
            ctx,
            `The open request ${pullRequest?.url} asks for just that already; nothing more is needed.`,
          );
          return;
        }
      }
      assertNothingOfOthers(told, { ...repository.settings, branch }, logger);

      logPlan(logger, plan);
      const published = await filesToPublish(
        { plan, place, isOpen: Boolean(pullRequest) },
        read,
        logger,
      );
      const folder = await writeStorageChange(ctx.workspacePath, branch, {
        ...published,
        shown: ctx.isDryRun ? plan : undefined,
      });
      if (ctx.isDryRun) {
        logger.info('This is a dry run: nothing is recorded.');
      } else {
        const { host, repository: name } = repository.settings;
        await api.recordStorageChange(
          change.kind,
          {
            underCluster,
            input,
            reason,
            title: plan.title,
            host,
            repository: name,
            files: plan.files.map(({ path }) => path),
          },
          initiator,
          signal(),
        );
      }
      const about = { underCluster, change: change.kind, object };
      const trailer = changeTrailer(about, wish);
      finishChanged(ctx, {
        plan,
        place,
        reviewers,
        summary: plan.summary,
        sourcePath: folder.files,
        trailer,
      });
      if (published.deleted.length > 0) {
        ctx.output('filesToDelete', published.deleted);
        ctx.output('deletionPath', folder.deleted);
        // Half a change is nobody's wish, so that the backend finds no verdict for it until the commit after it is there.
        ctx.output(
          'deletionCommitMessage',
          `${plan.title}\n\n${
            published.written.length > 0
              ? changeTrailer(about, 'incomplete')
              : trailer
          }`,
        );
      }
    },
  });
}
