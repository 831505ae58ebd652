import { useNavigate, useParams } from "@tanstack/react-router";
import { InvitePage } from "../users/InvitePage";

/** The page of a link; before the login and after it. */
export function InviteRoute() {
  const { token } = useParams({ from: "/invite/$token" });
  const navigate = useNavigate();
  return (
    <InvitePage
      token={token}
      onDone={() => void navigate({ href: "/" })}
      onLogin={(back) => void navigate({ to: "/login", search: back === "/" ? {} : { back } })}
    />
  );
}
