export { driverOfClaim, snapshot } from './snapshot';
