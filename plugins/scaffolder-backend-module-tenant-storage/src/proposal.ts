import type { LoggerService } from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import type { QuotaChangeFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  ChangePlan,
  RepositoryFiles,
  StorageChangeField,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ChangeRepository, ReadFiles } from './changeRepository';

type Zod = Parameters<StorageChangeField>[0];

/** Fields of the input of every action that plans a change. */
export const proposalInput = {
  reason: (zod: Zod) =>
    zod
      .string()
      .describe('Why, in the words of who asks; the approver decides by it'),
  token: (zod: Zod) =>
    zod
      .string()
      .optional()
      .describe(
        "The user's token for the Git host, to read the repository with; the portal's own credentials unless told",
      ),
  providers: (zod: Zod) =>
    zod
      .array(zod.string())
      .optional()
      .describe(
        'The types of Git hosts that the steps after this one publish to, such as `github`; a change that belongs elsewhere is refused. Any unless told',
      ),
};

/** What every action that plans a change says of it, for a publishing action. */
export const proposalOutput = {
  changed: (zod: Zod) =>
    zod
      .boolean()
      .describe(
        'Whether there is anything to publish: `false` if Git says so already, or an open request does',
      ),
  branch: (zod: Zod) =>
    zod
      .string()
      .describe(
        'The one branch for this change, so that asking twice is one pull request',
      ),
  title: (zod: Zod) => zod.string().describe('The title of the pull request'),
  description: (zod: Zod) =>
    zod.string().describe('The description of the pull request, as Markdown'),
  commitMessage: (zod: Zod) =>
    zod
      .string()
      .describe(
        "The message of the commit; its last line tells the portal's commits from those of others",
      ),
  sourcePath: (zod: Zod) =>
    zod
      .string()
      .describe(
        'The folder of the workspace with the changed files, under their paths in the repository',
      ),
  files: (zod: Zod) =>
    zod
      .array(
        zod.object({
          path: zod.string().describe('The path in the repository'),
          status: zod
            .enum(['created', 'changed', 'deleted'])
            .describe('What becomes of the file'),
        }),
      )
      .describe('The files that the change writes'),
  repoUrl: (zod: Zod) =>
    zod
      .string()
      .describe(
        'The repository for a publishing action, such as `github.com?owner=acme&repo=fleet`',
      ),
  host: (zod: Zod) =>
    zod.string().describe('The Git host, such as `github.com`'),
  provider: (zod: Zod) =>
    zod
      .string()
      .describe(
        'The type of the Git host as under `integrations`, such as `github` or `gitlab`',
      ),
  targetBranch: (zod: Zod) =>
    zod
      .string()
      .optional()
      .describe(
        "The branch to propose the change for; absent for the repository's default branch",
      ),
  reviewers: (zod: Zod) =>
    zod
      .array(zod.string())
      .optional()
      .describe('Who is asked to review; absent if nobody is'),
  teamReviewers: (zod: Zod) =>
    zod
      .array(zod.string())
      .optional()
      .describe('The teams that are asked to review; absent if none is'),
  openPullRequest: (zod: Zod) =>
    zod
      .string()
      .optional()
      .describe(
        'Address of the pull request that is open for this change; absent if there is none',
      ),
  summary: (zod: Zod) =>
    zod.string().describe('What it comes to, in words for who asks'),
};

type ProposalOutput = {
  [Name in keyof typeof proposalOutput]: ReturnType<
    (typeof proposalOutput)[Name]
  >['_output'];
};

/** The part of an action's context that says how a task ends. */
interface Saying {
  logger: LoggerService;
  output(
    name: keyof ProposalOutput,
    value: ProposalOutput[keyof ProposalOutput],
  ): void;
}

/** Where a plan goes. */
export interface Place {
  branch: string;
  repository: ChangeRepository;
}

/** Undefined if there is nothing to propose. */
export function placeOf(
  { branch, changed, repository }: ChangePlan,
  repositories: readonly ChangeRepository[],
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

/** Lines of files may hold what a terminal or a browser's log acts upon. */
function withoutControls(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** Tells the task's log what would be changed. */
export function logPlan(logger: LoggerService, plan: ChangePlan): void {
  logger.info(plan.summary);
  logger.info(withoutControls(plan.diff).trimEnd());
  for (const { message } of plan.warnings) logger.warn(message);
}

/**
 * Whether the branch of the open request has the wish: what was recorded may never have been published.
 *
 * @param says - whether these files say what is asked for.
 */
export async function isOnBranch(
  { branch, repository }: Place,
  read: ReadFiles,
  says: (files: RepositoryFiles) => boolean,
  logger: LoggerService,
): Promise<boolean> {
  try {
    return says(await read(repository.told, branch));
  } catch (error) {
    if (!(error instanceof ServiceUnavailableError)) throw error;
    logger.warn(
      `What the open request proposes can't be read, so it is proposed again. ${error.message}`,
    );
    return false;
  }
}

/** Ends without anything to publish. */
export function finishUnchanged(ctx: Saying, summary: string): void {
  ctx.logger.info(summary);
  ctx.output('changed', false);
  ctx.output('files', []);
  ctx.output('summary', summary);
}

/** GitHub's API takes a team without its organisation. */
function teamName(team: string, provider: string): string {
  return provider === 'github' ? team.slice(team.lastIndexOf('/') + 1) : team;
}

/** Ends with a change for a publishing action. */
export function finishChanged(
  ctx: Saying,
  proposed: {
    plan: ChangePlan;
    place: Place;
    reviewers: QuotaChangeFacts['reviewers'];
    /** In words for who asks. */
    summary: string;
    sourcePath: string;
    /** The last line of the commit's message. */
    trailer: string;
  },
): void {
  const { plan, place, reviewers, summary, sourcePath, trailer } = proposed;
  const { target, settings, told } = place.repository;
  ctx.output('changed', true);
  ctx.output('title', plan.title);
  ctx.output('description', plan.body);
  ctx.output('commitMessage', `${plan.title}\n\n${trailer}`);
  ctx.output('sourcePath', sourcePath);
  ctx.output(
    'files',
    plan.files.map(({ path, status }) => ({ path, status })),
  );
  ctx.output('repoUrl', target.repoUrl);
  ctx.output('host', settings.host);
  ctx.output('provider', target.provider);
  ctx.output('summary', summary);
  // What is not set is left out of the publishing action's input, which takes no empty values.
  if (told.branch !== null) ctx.output('targetBranch', told.branch);
  if (reviewers.users.length > 0) {
    ctx.output('reviewers', [...reviewers.users]);
  }
  if (reviewers.teams.length > 0) {
    ctx.output(
      'teamReviewers',
      reviewers.teams.map(team => teamName(team, target.provider)),
    );
  }
}
