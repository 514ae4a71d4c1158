import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import type { StorageChange } from '@kmetal/backstage-plugin-tenant-storage-node';
import yaml from 'yaml';

const output = (name: string) => `\${{ steps.plan.output.${name} }}`;

const publish = {
  id: 'publish',
  name: 'Propose the change',
  if: output('changed'),
  action: 'publish:github:pull-request',
  input: {
    repoUrl: output('repoUrl'),
    branchName: output('branch'),
    targetBranchName: output('targetBranch'),
    title: output('title'),
    description: output('description'),
    commitMessage: output('commitMessage'),
    sourcePath: output('sourcePath'),
    filesToDelete: output('filesToDelete'),
    reviewers: output('reviewers'),
    teamReviewers: output('teamReviewers'),
    update: true,
    createWhenEmpty: false,
  },
};

/** What the list of installed actions shows of a change: each of its examples, the first one with the step that proposes it. */
export function examplesOf({
  action,
  examples,
}: Pick<StorageChange, 'action' | 'examples'>): TemplateExample[] {
  return examples.map(({ description, input }, index) => ({
    description,
    example: yaml.stringify({
      steps: [
        {
          id: 'plan',
          name: 'Plan the change',
          action,
          input: {
            underCluster: 'muc-1',
            ...input,
            reason: 'Agreed in the review of storage.',
          },
        },
        ...(index === 0 ? [publish] : []),
      ],
    }),
  }));
}
