import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { ChangePreview } from '../preview/ChangePreview';
import { QuotaPreview } from '../preview/QuotaPreview';
import { QuotaSize } from './QuotaSize';
import {
  ChangePreviewSchema,
  QuotaPreviewSchema,
  QuotaSizeSchema,
  TenantPickerSchema,
  UnderClusterPickerSchema,
} from './schema';
import { TenantPicker } from './TenantPicker';
import { UnderClusterPicker } from './UnderClusterPicker';
import {
  validateChangePreview,
  validatePreview,
  validateSize,
  validateTenant,
  validateUnderCluster,
} from './validation';

/** What each field is to the Scaffolder, in both frontend systems. */
export const fieldOptions = {
  tenantPicker: {
    name: 'KmetalTenantPicker',
    component: TenantPicker,
    validation: validateTenant,
    schema: TenantPickerSchema,
  },
  quotaSize: {
    name: 'KmetalQuotaSize',
    component: QuotaSize,
    validation: validateSize,
    schema: QuotaSizeSchema,
  },
  quotaPreview: {
    name: 'KmetalQuotaPreview',
    component: QuotaPreview,
    validation: validatePreview,
    schema: QuotaPreviewSchema,
  },
  underClusterPicker: {
    name: 'KmetalUnderClusterPicker',
    component: UnderClusterPicker,
    validation: validateUnderCluster,
    schema: UnderClusterPickerSchema,
  },
  changePreview: {
    name: 'KmetalChangePreview',
    component: ChangePreview,
    validation: validateChangePreview,
    schema: ChangePreviewSchema,
  },
} as const;

export const tenantPickerField = createFormField(fieldOptions.tenantPicker);
export const quotaSizeField = createFormField(fieldOptions.quotaSize);
export const quotaPreviewField = createFormField(fieldOptions.quotaPreview);
export const underClusterPickerField = createFormField(
  fieldOptions.underClusterPicker,
);
export const changePreviewField = createFormField(fieldOptions.changePreview);
