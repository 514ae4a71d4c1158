/**
 * Tenant storage for portals on Backstage's old frontend system: the same card, tab, page and form fields.
 *
 * @packageDocumentation
 */
import { Entity, parseEntityRef } from '@backstage/catalog-model';
import { Content, Header, Page } from '@backstage/core-components';
import {
  createApiFactory,
  createComponentExtension,
  createExternalRouteRef,
  createPlugin,
  createRoutableExtension,
  createRouteRef,
  discoveryApiRef,
  fetchApiRef,
  useRouteRef,
} from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { createScaffolderFieldExtension } from '@backstage/plugin-scaffolder-react';
import { PropsWithChildren } from 'react';
import { tenantStorageApiRef } from './api/TenantStorageApi';
import { TenantStorageClient } from './api/TenantStorageClient';
import { tenantOfEntity } from './entity/tenantOfEntity';
import { fieldOptions } from './form/fields';
import { RequestFormPathContext } from './requests/requestForm';
import { tenantStorageTranslationRef } from './translation';

export { tenantStorageApiRef } from './api/TenantStorageApi';
export type { TenantRef, TenantStorageApi } from './api/TenantStorageApi';
export { TenantStorageClient } from './api/TenantStorageClient';
export { tenantStorageTranslationRef } from './translation';

const entityContentRouteRef = createRouteRef({ id: 'tenant-storage' });
const requestsRouteRef = createRouteRef({ id: 'tenant-storage.requests' });

// Bound to itself, because a portal may mount the card without the tab; only an external route may lead nowhere.
const storageTabRouteRef = createExternalRouteRef({
  id: 'tenant-storage.storage-tab',
  optional: true,
  defaultTarget: 'tenant-storage.entityContent',
});

const requestTemplateRouteRef = createExternalRouteRef({
  id: 'tenant-storage.request-template',
  params: ['namespace', 'templateName'],
  optional: true,
  defaultTarget: 'scaffolder.selectedTemplate',
});

/**
 * Tenant storage for the old frontend system. Where one asks for more is the external route `requestTemplate`, which is the
 * Scaffolder's `selectedTemplate` unless it is bound otherwise.
 *
 * @public
 */
export const tenantStoragePlugin = createPlugin({
  id: 'tenant-storage',
  apis: [
    createApiFactory({
      api: tenantStorageApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) =>
        TenantStorageClient.create({ discoveryApi, fetchApi }),
    }),
  ],
  routes: { entityContent: entityContentRouteRef, requests: requestsRouteRef },
  externalRoutes: {
    storageTab: storageTabRouteRef,
    requestTemplate: requestTemplateRouteRef,
  },
});

/**
 * Props of the card and the tab.
 *
 * @public
 */
export interface EntityTenantStorageProps {
  /** The template by which one asks for more storage, as `namespace/name`; `default/request-more-storage` unless told. */
  requestTemplate?: string;
}

/** Tells what is below it where the form is in which one asks for more storage. */
function WithRequestForm(props: PropsWithChildren<EntityTenantStorageProps>) {
  const form = useRouteRef(requestTemplateRouteRef);
  const { namespace, name } = parseEntityRef(
    props.requestTemplate ?? 'default/request-more-storage',
    { defaultKind: 'template' },
  );
  return (
    <RequestFormPathContext.Provider
      value={form?.({ namespace, templateName: name })}
    >
      {props.children}
    </RequestFormPathContext.Provider>
  );
}

/**
 * Whether an entity names a tenant, and so has a card and a tab: for `EntitySwitch` and `EntityLayout.Route`.
 *
 * @public
 */
export function isTenantStorageAvailable(entity: Entity): boolean {
  return tenantOfEntity(entity) !== undefined;
}

/**
 * The overview card of an entity that names a tenant.
 *
 * @public
 */
export const EntityTenantStorageCard = tenantStoragePlugin.provide(
  createComponentExtension({
    name: 'EntityTenantStorageCard',
    component: {
      lazy: async () => {
        const { EntityStorageCard } = await import(
          './entity/EntityStorageCard'
        );
        return (props: EntityTenantStorageProps) => {
          const storageTab = useRouteRef(storageTabRouteRef);
          return (
            <WithRequestForm {...props}>
              <EntityStorageCard tabPath={storageTab?.()} />
            </WithRequestForm>
          );
        };
      },
    },
  }),
);

/**
 * The Storage tab of an entity that names a tenant.
 *
 * @public
 */
export const EntityTenantStorageContent = tenantStoragePlugin.provide(
  createRoutableExtension({
    name: 'EntityTenantStorageContent',
    mountPoint: entityContentRouteRef,
    component: async () => {
      const { EntityStorageContent } = await import(
        './entity/EntityStorageContent'
      );
      return (props: EntityTenantStorageProps) => (
        <WithRequestForm {...props}>
          <EntityStorageContent />
        </WithRequestForm>
      );
    },
  }),
);

/**
 * The page of all requests for storage.
 *
 * @public
 */
export const TenantStorageRequestsPage = tenantStoragePlugin.provide(
  createRoutableExtension({
    name: 'TenantStorageRequestsPage',
    mountPoint: requestsRouteRef,
    component: async () => {
      const { StorageRequests } = await import('./requests/StorageRequests');
      return () => {
        const { t } = useTranslationRef(tenantStorageTranslationRef);
        return (
          <Page themeId="tool">
            <Header title={t('form.requestsPage')} />
            <Content>
              <StorageRequests />
            </Content>
          </Page>
        );
      };
    },
  }),
);

/**
 * Form field `KmetalTenantPicker`: a tenant whose storage one may ask to change.
 *
 * @public
 */
export const KmetalTenantPickerFieldExtension = tenantStoragePlugin.provide(
  createScaffolderFieldExtension({
    ...fieldOptions.tenantPicker,
    schema: fieldOptions.tenantPicker.schema.schema,
  }),
);

/**
 * Form field `KmetalQuotaSize`: the size of a tenant's storage quota.
 *
 * @public
 */
export const KmetalQuotaSizeFieldExtension = tenantStoragePlugin.provide(
  createScaffolderFieldExtension({
    ...fieldOptions.quotaSize,
    schema: fieldOptions.quotaSize.schema.schema,
  }),
);

/**
 * Form field `KmetalQuotaPreview`: what would be asked for, before it is sent.
 *
 * @public
 */
export const KmetalQuotaPreviewFieldExtension = tenantStoragePlugin.provide(
  createScaffolderFieldExtension({
    ...fieldOptions.quotaPreview,
    schema: fieldOptions.quotaPreview.schema.schema,
  }),
);

/**
 * Form field `KmetalUnderClusterPicker`: an under cluster, by its name.
 *
 * @public
 */
export const KmetalUnderClusterPickerFieldExtension =
  tenantStoragePlugin.provide(
    createScaffolderFieldExtension({
      ...fieldOptions.underClusterPicker,
      schema: fieldOptions.underClusterPicker.schema.schema,
    }),
  );

/**
 * Form field `KmetalChangePreview`: what a change of an under cluster's storage would do, before it is proposed.
 *
 * @public
 */
export const KmetalChangePreviewFieldExtension = tenantStoragePlugin.provide(
  createScaffolderFieldExtension({
    ...fieldOptions.changePreview,
    schema: fieldOptions.changePreview.schema.schema,
  }),
);
