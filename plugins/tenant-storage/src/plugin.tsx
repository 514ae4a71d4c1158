import { Content } from '@backstage/core-components';
import { parseEntityRef } from '@backstage/catalog-model';
import {
  ApiBlueprint,
  PageBlueprint,
  createExternalRouteRef,
  createFrontendPlugin,
  createRouteRef,
  discoveryApiRef,
  fetchApiRef,
  useRouteRef,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import {
  TENANT_ANNOTATION,
  UNDER_CLUSTER_ANNOTATION,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import RequestsIcon from '@material-ui/icons/PlaylistAddCheck';
import StorageIcon from '@material-ui/icons/Storage';
import { PropsWithChildren } from 'react';
import { z } from 'zod';
import { tenantStorageApiRef } from './api/TenantStorageApi';
import { TenantStorageClient } from './api/TenantStorageClient';
import { formFieldExtensions } from './form/formFieldExtensions';
import { RequestFormPathContext } from './requests/requestForm';

const namesATenant = {
  [`metadata.annotations.${UNDER_CLUSTER_ANNOTATION}`]: { $exists: true },
  [`metadata.annotations.${TENANT_ANNOTATION}`]: { $exists: true },
} as const;

const storageTabRouteRef = createRouteRef();
const storageRequestsRouteRef = createRouteRef();

/** Where the Scaffolder has a template's form, wherever the portal has mounted the Scaffolder. */
const requestTemplateRouteRef = createExternalRouteRef({
  params: ['namespace', 'templateName'],
  defaultTarget: 'scaffolder.selectedTemplate',
});

const requestTemplateConfig = {
  requestTemplate: z
    .string()
    .default('default/request-more-storage')
    .describe(
      'The template by which one asks for more storage, as namespace/name.',
    ),
};

/** Tells what is below it where the form is in which one asks for more storage. */
function WithRequestForm(props: PropsWithChildren<{ template: string }>) {
  const form = useRouteRef(requestTemplateRouteRef);
  const { namespace, name } = parseEntityRef(props.template, {
    defaultKind: 'template',
  });
  return (
    <RequestFormPathContext.Provider
      value={form?.({ namespace, templateName: name })}
    >
      {props.children}
    </RequestFormPathContext.Provider>
  );
}

const tenantStorageApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: tenantStorageApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) =>
        TenantStorageClient.create({ discoveryApi, fetchApi }),
    }),
});

const entityStorageCard = EntityCardBlueprint.makeWithOverrides({
  name: 'overview',
  configSchema: requestTemplateConfig,
  factory: (originalFactory, { config }) =>
    originalFactory({
      type: 'content',
      filter: namesATenant,
      loader: async () => {
        const { EntityStorageCard } = await import(
          './entity/EntityStorageCard'
        );
        const LinkedStorageCard = () => {
          const storageTab = useRouteRef(storageTabRouteRef);
          return <EntityStorageCard tabPath={storageTab?.()} />;
        };
        return (
          <WithRequestForm template={config.requestTemplate}>
            <LinkedStorageCard />
          </WithRequestForm>
        );
      },
    }),
});

const entityStorageContent = EntityContentBlueprint.makeWithOverrides({
  name: 'storage',
  configSchema: requestTemplateConfig,
  factory: (originalFactory, { config }) =>
    originalFactory({
      path: '/storage',
      title: 'Storage',
      routeRef: storageTabRouteRef,
      filter: namesATenant,
      loader: async () => {
        const { EntityStorageContent } = await import(
          './entity/EntityStorageContent'
        );
        return (
          <WithRequestForm template={config.requestTemplate}>
            <EntityStorageContent />
          </WithRequestForm>
        );
      },
    }),
});

const storageRequestsPage = PageBlueprint.make({
  name: 'storage-requests',
  params: {
    path: '/storage-requests',
    title: 'Storage requests',
    icon: <RequestsIcon fontSize="inherit" />,
    routeRef: storageRequestsRouteRef,
    loader: async () => {
      const { StorageRequests } = await import('./requests/StorageRequests');
      return (
        <Content>
          <StorageRequests />
        </Content>
      );
    },
  },
});

/**
 * Tenant storage for the new frontend system: an overview card and a Storage tab for entities that name a tenant, and a
 * page of all requests for storage. Where one asks for more is the external route `requestTemplate`, which is the Scaffolder's
 * `selectedTemplate` unless it is bound otherwise; which template that is, is configuration of the card and the tab.
 *
 * @public
 */
export const tenantStoragePlugin = createFrontendPlugin({
  pluginId: 'tenant-storage',
  title: 'Tenant storage',
  icon: <StorageIcon fontSize="inherit" />,
  routes: {
    storageTab: storageTabRouteRef,
    storageRequests: storageRequestsRouteRef,
  },
  externalRoutes: { requestTemplate: requestTemplateRouteRef },
  info: { packageJson: () => import('../package.json') },
  extensions: [
    tenantStorageApi,
    entityStorageCard,
    entityStorageContent,
    storageRequestsPage,
    ...formFieldExtensions,
  ],
});
