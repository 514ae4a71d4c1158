import { FavoriteToggleIcon } from '@backstage/core-components';
import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  CatalogTable,
  CatalogTableColumnsFunc,
  CatalogTableProps,
} from '@backstage/plugin-catalog';
import {
  CatalogFilterLayout,
  EntityListPagination,
  EntityListProvider,
  useStarredEntities,
} from '@backstage/plugin-catalog-react';
import { Container, Header } from '@backstage/ui';
import { Theme, makeStyles } from '@material-ui/core/styles';
import useMediaQuery from '@material-ui/core/useMediaQuery';
import { Fragment, ReactElement, useMemo } from 'react';

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

/** Tenants have neither system nor lifecycle; their names and descriptions need the room. */
function columnsFor(isNarrow: boolean): CatalogTableColumnsFunc {
  return context => {
    const kind =
      context.entities[0]?.kind.toLowerCase() ??
      context.filters.kind?.value ??
      'resource';
    if (kind !== 'resource') return CatalogTable.defaultColumnsFunc(context);
    const { columns: make } = CatalogTable;
    return [
      make.createTitleColumn({ hidden: true }),
      { ...make.createNameColumn({ defaultKind: kind }), width: '27%' },
      { ...make.createOwnerColumn(), width: '18%' },
      { ...make.createSpecTypeColumn({ hidden: isNarrow }), width: '17%' },
      {
        ...make.createMetadataDescriptionColumn(),
        width: '38%',
        // Backstage's own cuts it off where it could as well wrap.
        render: ({ entity }) => entity.metadata.description,
      },
    ];
  };
}

/** Tenants come from under clusters: there is no file to view or to edit. */
function useActions(): CatalogTableProps['actions'] {
  const { isStarredEntity, toggleStarredEntity } = useStarredEntities();
  return [
    ({ entity }) => ({
      icon: () => <FavoriteToggleIcon isFavorite={isStarredEntity(entity)} />,
      tooltip: isStarredEntity(entity)
        ? 'Remove from favorites'
        : 'Add to favorites',
      onClick: () => toggleStarredEntity(entity),
    }),
  ];
}

/** The catalog, as Backstage's own page lays it out. */
export function TenantCatalog(props: {
  filters: ReactElement[];
  pagination: EntityListPagination;
}) {
  const classes = useStyles();
  const organization =
    useApi(configApiRef).getOptionalString('organization.name') ?? 'Backstage';
  const isNarrow = useMediaQuery<Theme>(theme => theme.breakpoints.down('sm'));
  const columns = useMemo(() => columnsFor(isNarrow), [isNarrow]);
  const actions = useActions();
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
              <CatalogTable columns={columns} actions={actions} />
            </div>
          </CatalogFilterLayout.Content>
        </CatalogFilterLayout>
      </Container>
    </EntityListProvider>
  );
}
