import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { takeNewVersion, useNewVersion } from "./worker";
import { useWords } from "./words";

/** A new version of the program lies ready; the person takes it when his hands are free. */
export function UpdateBanner() {
  const w = useWords();
  if (!useNewVersion()) return null;
  return (
    <div className="banner" role="status">
      <IconRefresh size={18} style={{ flex: "none" }} aria-hidden />
      <span className="grow">{w.fresh}</span>
      <Button size="xs" variant="default" onClick={takeNewVersion}>
        {w.update}
      </Button>
    </div>
  );
}
