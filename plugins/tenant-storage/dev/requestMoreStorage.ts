import { TemplateParameterSchema } from '@backstage/plugin-scaffolder-react';

/** The form of the template by which one asks for more storage, as the Scaffolder's backend tells it. */
export const requestMoreStorage: TemplateParameterSchema = {
  title: 'Request more storage',
  description: 'Ask the platform team for a larger storage quota.',
  steps: [
    {
      title: 'What is needed',
      schema: {
        type: 'object',
        required: ['tenant', 'size', 'reason'],
        properties: {
          tenant: {
            title: 'Tenant',
            description: 'Whose storage it is about.',
            type: 'object',
            properties: {
              underCluster: { title: 'Under cluster', type: 'string' },
              tenant: { title: 'Tenant', type: 'string' },
            },
            'ui:field': 'KmetalTenantPicker',
          },
          size: {
            title: 'New size',
            description:
              'The **whole** quota, not what comes on top of the one there is.',
            type: 'string',
            'ui:field': 'KmetalQuotaSize',
          },
          reason: {
            title: 'Reason',
            description: 'The platform team decides by it.',
            type: 'string',
            'ui:widget': 'textarea',
          },
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
            'ui:backstage': { review: { show: false } },
          },
        },
      },
    },
  ],
};
