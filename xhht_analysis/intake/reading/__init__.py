"""Any file to sheets of cells that know their address; a hostile file to one refusal."""
