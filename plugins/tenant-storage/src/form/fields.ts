import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { QuotaPreview } from '../preview/QuotaPreview';
import { QuotaSize } from './QuotaSize';
import {
  QuotaPreviewSchema,
  QuotaSizeSchema,
  TenantPickerSchema,
} from './schema';
import { TenantPicker } from './TenantPicker';
import { validatePreview, validateSize, validateTenant } from './validation';

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
} as const;

export const tenantPickerField = createFormField(fieldOptions.tenantPicker);
export const quotaSizeField = createFormField(fieldOptions.quotaSize);
export const quotaPreviewField = createFormField(fieldOptions.quotaPreview);
