import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';

// They attach to the scaffolder plugin's list of fields, and are left out where a portal has no scaffolder.
const tenantPicker = FormFieldBlueprint.make({
  name: 'tenant-picker',
  params: {
    field: () => import('./fields').then(fields => fields.tenantPickerField),
  },
});

const quotaSize = FormFieldBlueprint.make({
  name: 'quota-size',
  params: {
    field: () => import('./fields').then(fields => fields.quotaSizeField),
  },
});

const quotaPreview = FormFieldBlueprint.make({
  name: 'quota-preview',
  params: {
    field: () => import('./fields').then(fields => fields.quotaPreviewField),
  },
});

const underClusterPicker = FormFieldBlueprint.make({
  name: 'under-cluster-picker',
  params: {
    field: () =>
      import('./fields').then(fields => fields.underClusterPickerField),
  },
});

const changePreview = FormFieldBlueprint.make({
  name: 'change-preview',
  params: {
    field: () => import('./fields').then(fields => fields.changePreviewField),
  },
});

/** The form fields for the Scaffolder. */
export const formFieldExtensions = [
  tenantPicker,
  quotaSize,
  quotaPreview,
  underClusterPicker,
  changePreview,
];
