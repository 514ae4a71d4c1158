import { TemplateParameterSchema } from '@backstage/plugin-scaffolder-react';

/** A form of a change of an under cluster's storage, as the Scaffolder's backend tells it. */
export const backupLocation: TemplateParameterSchema = {
  title: 'Backup location',
  description: 'Tell Velero where backups are kept.',
  steps: [
    {
      title: 'Where backups go',
      schema: {
        type: 'object',
        required: ['underCluster', 'reason'],
        properties: {
          underCluster: {
            title: 'Under cluster',
            description: 'Where it is changed.',
            type: 'string',
            'ui:field': 'KmetalUnderClusterPicker',
          },
          name: { title: 'Name', type: 'string' },
          bucket: { title: 'Bucket', type: 'string' },
          prefix: { title: 'Folder of the bucket', type: 'string' },
          reason: {
            title: 'Reason',
            description: 'Whoever approves it decides by it.',
            type: 'string',
            'ui:widget': 'textarea',
          },
        },
      },
    },
    {
      title: 'Before it is proposed',
      schema: {
        type: 'object',
        properties: {
          preview: {
            title: 'Preview',
            description: 'Nothing is changed before it is **approved**.',
            type: 'string',
            'ui:field': 'KmetalChangePreview',
            'ui:options': { change: 'velero-location' },
            'ui:backstage': { review: { show: false } },
          },
        },
      },
    },
  ],
};
