import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

const plan = {
  id: 'plan',
  name: 'Plan the change',
  action: 'kmetal:storage:quota',
  input: {
    underCluster: 'muc-1',
    tenant: 'alpha',
    size: '60Gi',
    reason: 'The database grows by 5 Gi a month.',
  },
};

export const examples: TemplateExample[] = [
  {
    description: 'Plan a storage quota and propose it on GitHub',
    example: yaml.stringify({
      steps: [
        plan,
        {
          id: 'publish',
          name: 'Send the request',
          if: '${{ steps.plan.output.changed }}',
          action: 'publish:github:pull-request',
          input: {
            repoUrl: '${{ steps.plan.output.repoUrl }}',
            branchName: '${{ steps.plan.output.branch }}',
            targetBranchName: '${{ steps.plan.output.targetBranch }}',
            title: '${{ steps.plan.output.title }}',
            description: '${{ steps.plan.output.description }}',
            commitMessage: '${{ steps.plan.output.commitMessage }}',
            sourcePath: '${{ steps.plan.output.sourcePath }}',
            reviewers: '${{ steps.plan.output.reviewers }}',
            teamReviewers: '${{ steps.plan.output.teamReviewers }}',
            update: true,
            createWhenEmpty: false,
          },
        },
      ],
    }),
  },
  {
    description:
      "Plan with the user's own credentials for the Git host, from a form that asks for them",
    example: yaml.stringify({
      steps: [
        {
          ...plan,
          input: { ...plan.input, token: '${{ secrets.USER_OAUTH_TOKEN }}' },
        },
      ],
    }),
  },
  {
    description:
      'Plan a quota below what is used, which blocks every new volume',
    example: yaml.stringify({
      steps: [
        {
          ...plan,
          input: { ...plan.input, size: '10Gi', allowBelowUse: true },
        },
      ],
    }),
  },
];
