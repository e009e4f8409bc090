"""Users and their sessions, passwords and API tokens; organisations, memberships, invitations of members and teams."""
