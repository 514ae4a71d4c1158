import {
  Link,
  Sidebar,
  SidebarDivider,
  SidebarGroup,
  SidebarItem,
  SidebarScrollWrapper,
  SidebarSpace,
  sidebarConfig,
  useSidebarOpenState,
} from '@backstage/core-components';
import {
  configApiRef,
  createFrontendModule,
  useApi,
} from '@backstage/frontend-plugin-api';
import { NavContentBlueprint } from '@backstage/plugin-app-react';
import { NotificationsSidebarItem } from '@backstage/plugin-notifications';
import { UserSettingsSignInAvatar } from '@backstage/plugin-user-settings';
import { makeStyles } from '@material-ui/core/styles';
import MenuIcon from '@material-ui/icons/Menu';
import portalIcon from './portal.svg';

const useStyles = makeStyles({
  home: {
    display: 'flex',
    alignItems: 'center',
    height: 64,
    width: '100%',
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    fontSize: 16,
    fontWeight: 700,
    color: '#fff',
    '&:hover': { textDecoration: 'none' },
  },
  icon: {
    display: 'flex',
    flexShrink: 0,
    justifyContent: 'center',
    width: sidebarConfig.drawerWidthClosed,
    '& img': { width: 28, height: 28 },
  },
});

/** The portal's name and icon, which lead home. */
function Home() {
  const classes = useStyles();
  const { isOpen } = useSidebarOpenState();
  const title = useApi(configApiRef).getOptionalString('app.title') ?? 'Portal';
  return (
    <Link to="/" underline="none" className={classes.home} aria-label={title}>
      <span className={classes.icon}>
        <img src={portalIcon} alt="" />
      </span>
      {isOpen && title}
    </Link>
  );
}

const Navigation = NavContentBlueprint.make({
  params: {
    component: ({ navItems }) => {
      // The item that counts what is unread stands for it.
      navItems.take('page:notifications');
      const items = navItems.withComponent(item => (
        <SidebarItem icon={() => item.icon} to={item.href} text={item.title} />
      ));
      return (
        <Sidebar>
          <Home />
          <SidebarDivider />
          <SidebarGroup label="Menu" icon={<MenuIcon />}>
            {items.take('page:catalog')}
            <SidebarScrollWrapper>
              {items.rest({ sortBy: 'title' })}
            </SidebarScrollWrapper>
          </SidebarGroup>
          <SidebarSpace />
          <SidebarDivider />
          <NotificationsSidebarItem />
          <SidebarDivider />
          <SidebarGroup
            label="Settings"
            icon={<UserSettingsSignInAvatar />}
            to="/settings"
          >
            {items.take('page:user-settings')}
          </SidebarGroup>
        </Sidebar>
      );
    },
  },
});

/** The portal's side bar: the catalog, whatever plugins add, the settings. */
export const navigationModule = createFrontendModule({
  pluginId: 'app',
  extensions: [Navigation],
});
