import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  CatalogTable,
  CatalogTableColumnsFunc,
} from '@backstage/plugin-catalog';
import {
  CatalogFilterLayout,
  EntityListPagination,
  EntityListProvider,
} from '@backstage/plugin-catalog-react';
import { Container, Header } from '@backstage/ui';
import { makeStyles } from '@material-ui/core/styles';
import { Fragment, ReactElement } from 'react';

const useStyles = makeStyles(
  theme => ({
    table: {
      // The toolbar's title is laid over the search box where there is no room for both.
      '& [class*="MuiToolbar-root"]': {
        flexWrap: 'wrap',
        paddingTop: theme.spacing(1),
        rowGap: theme.spacing(1),
      },
    },
  }),
  { name: 'PortalTenantCatalog' },
);

/** Tenants have neither system nor lifecycle, and their names need the room. */
const columns: CatalogTableColumnsFunc = context => {
  const kind =
    context.entities[0]?.kind.toLowerCase() ?? context.filters.kind?.value;
  if (kind !== 'resource') return CatalogTable.defaultColumnsFunc(context);
  const { columns: make } = CatalogTable;
  return [
    make.createTitleColumn({ hidden: true }),
    { ...make.createNameColumn({ defaultKind: kind }), width: '30%' },
    { ...make.createOwnerColumn(), width: '20%' },
    { ...make.createSpecTypeColumn(), width: '15%' },
    { ...make.createMetadataDescriptionColumn(), width: '35%' },
  ];
};

/** The catalog, as Backstage's own page lays it out. */
export function TenantCatalog(props: {
  filters: ReactElement[];
  pagination: EntityListPagination;
}) {
  const classes = useStyles();
  const organization =
    useApi(configApiRef).getOptionalString('organization.name') ?? 'Backstage';
  return (
    <EntityListProvider pagination={props.pagination}>
      <Header title={`${organization} Catalog`} />
      <Container>
        <CatalogFilterLayout>
          <CatalogFilterLayout.Filters>
            {props.filters.map((filter, index) => (
              <Fragment key={index}>{filter}</Fragment>
            ))}
          </CatalogFilterLayout.Filters>
          <CatalogFilterLayout.Content>
            <div className={classes.table}>
              <CatalogTable columns={columns} />
            </div>
          </CatalogFilterLayout.Content>
        </CatalogFilterLayout>
      </Container>
    </EntityListProvider>
  );
}
